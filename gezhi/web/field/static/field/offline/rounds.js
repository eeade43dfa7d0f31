// Due rounds on this phone: what, where, by when, how much is left; lights by the phone's own reckoning.

import { lamp } from "./icons.js";
import { light, URGENT_FIRST } from "./lights.js";
import * as store from "./store.js";
import { moment, piece, word } from "./words.js";

export async function show({ account, note }) {
  const rows = await lines(account, note);
  return rows.length ? piece("section", { title: word("rounds"), rows }) : piece("empty", { text: "" });
}

export async function owed(account) {
  return (await store.part(account, "rounds"))?.rounds ?? [];
}

export async function lines(account, note, most = Infinity) {
  const now = Date.now() + (note?.shift ?? 0) * 1000;
  const all = (await owed(account)).map((one) => ({ one, lit: one.done ? "done" : light(one, now) }));
  const open = all.filter(({ lit }) => lit !== "done");
  open.sort((left, right) => URGENT_FIRST.indexOf(left.lit) - URGENT_FIRST.indexOf(right.lit));
  return open.slice(0, most).map(({ one, lit }) => line(one, lit));
}

function line(one, lit) {
  const next = word(one.kind === "report" ? "write" : "begin");
  const much = one.asked > 1 ? word("seen-of", { n: one.seen ?? 0, all: one.asked }) : "";
  const row = piece("task", {
    title: one.title, light: word(lit), due: one.due ? moment(one.due) : "", where: [one.place, much].filter(Boolean).join(" · "),
    back: "", waits: "", next,
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

export function addressOf(one, entry = one.entry) {
  const round = `/field/duty/${encodeURIComponent(one.duty)}/${encodeURIComponent(one.area)}`;
  if (one.register && !entry) return round;
  const asked = new URLSearchParams({ ...(entry ? { of: entry } : {}), ...(one.start ? { start: one.start } : {}) });
  return `${round}/begin${asked.size ? `?${asked}` : ""}`;
}
