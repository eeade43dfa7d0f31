// Due rounds on this phone: what, where, by when, how much is left; lights by the phone's own reckoning.

import { lamp } from "./icons.js";
import { hourNow, standing, stands, URGENT_FIRST } from "./lights.js";
import { section as toSign } from "./signing.js";
import * as store from "./store.js";
import { lang, moment, piece, word } from "./words.js";

export async function show({ account, note }) {
  const rows = await lines(account, note);
  const waits = await toSign(account);
  if (!rows.length && !waits.length) return piece("empty", { text: "" });
  return [...waits, ...(rows.length ? [piece("section", { title: word("rounds"), rows })] : [])];
}

export async function owed(account) {
  return (await store.part(account, "rounds"))?.rounds ?? [];
}

export async function lines(account, note, most = Infinity) {
  const now = Date.now() + (note?.shift ?? 0) * 1000;
  const open = (await owed(account)).map((one) => standing(one, now)).filter(({ lit }) => lit !== "done");
  open.sort((left, right) => URGENT_FIRST.indexOf(left.lit) - URGENT_FIRST.indexOf(right.lit));
  return open.slice(0, most).map((one) => line(one, now));
}

function line(one, now) {
  const { lit } = one;
  const next = word(one.kind === "report" ? "write" : "begin");
  const much = one.asked > 1 ? word("seen-of", { n: one.seen ?? 0, all: one.asked }) : "";
  const row = piece("task", {
    title: one.title, light: word(lit), due: one.due ? moment(one.due) : "", where: [one.place, much].filter(Boolean).join(" · "),
    hours: hoursOf(one, now), back: "", waits: "", next,
  });
  row.dataset.light = lit;
  row.querySelector("[data-slot=lamp]").replaceWith(lamp(lit));
  const address = addressOf(one);
  row.querySelector("[data-slot=link]").href = address;
  row.querySelector("strong").className = { red: "late", yellow: "soon" }[lit] ?? "calm";
  const button = row.querySelector("[data-slot=next]");
  button.href = address;
  button.setAttribute("aria-label", `${next}: ${one.title}, ${one.place}`);
  return row;
}

// 07:00–09:00 missed · 18:00–20:30 open now; of a round of several days those of each day
export function hoursOf(one, now) {
  if (!one.stretches) return (one.hours ?? []).map((hour) => hour.replace("-", "–")).join(" · ");
  return one.stretches.map((hour) => `${hour.text} ${word(`hour-${stands(hour, now)}`)}`).join(" · ");
}

// what is to be known before beginning: it is outside the plan's hours, or these are done
export function beforehand(one, now) {
  if (!one.hours) return "";
  const said = one.hours.map((hour) => hour.replace("-", "–"));
  const at = hourNow(one, now);
  if (at < 0) return word("hours-outside", { hours: said.join(lang().startsWith("zh") ? "、" : ", ") });
  return one.hours.length > 1 && one.stretches?.[at]?.done && !one.register ? word("hours-done", { hours: said[at] }) : "";
}

export function addressOf(one, entry = one.entry) {
  const round = `/field/duty/${encodeURIComponent(one.duty)}/${encodeURIComponent(one.area)}`;
  if (one.register && !entry) return round;
  const asked = new URLSearchParams({ ...(entry ? { of: entry } : {}), ...(one.start ? { start: one.start } : {}) });
  return `${round}/begin${asked.size ? `?${asked}` : ""}`;
}
