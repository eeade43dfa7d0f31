// Today, from what this phone holds: what came back, what is in hand, what waits for a check; by light, then by due time.

import { lamp } from "./icons.js";
import { inOrder, light } from "./lights.js";
import * as outbox from "./outbox.js";
import { lines as roundLines } from "./rounds.js";
import { section as toSign } from "./signing.js";
import * as store from "./store.js";
import * as underway from "./underway.js";
import { moment, piece, word } from "./words.js";

export async function show({ account, note }) {
  const cases = await store.parts(account, "case/");
  const waiting = await waitingOf(account);
  const now = Date.now() + (note?.shift ?? 0) * 1000;
  const ordered = inOrder(cases, now, new Set(waiting.keys()));
  const day = new Date().toLocaleDateString(document.documentElement.lang, { month: "long", day: "numeric", weekday: "short" });
  const late = ordered.filter((one) => light(one, now) === "red").length;
  const head = piece("head", { title: day, text: late ? `${late} ${word("red")}` : "" });
  if (!note) return [head, piece("nothing", { title: word("never"), text: word("elsewhere") })];
  const groups = [
    ["back-to-you", ordered.filter((one) => one.back !== undefined)],
    ["in-hand", ordered.filter((one) => one.back === undefined && !one.checks)],
    ["to-check", ordered.filter((one) => one.back === undefined && one.checks)],
  ];
  const rounds = await roundLines(account, note, 5);
  for (const found of await underway.list(account)) {
    const line = piece("goes-on", { text: word("running", { name: found.name, when: moment(found.began) }) });
    line.querySelector("a").href = found.address;
    head.append(line);
  }
  const sections = groups.filter(([, some]) => some.length).map(([title, some]) => section(word(title), some, waiting, now));
  sections.unshift(...(await toSign(account)));
  if (rounds.length) sections.push(piece("section", { title: word("rounds"), rows: rounds }));
  return [head, ...(sections.length ? sections : [piece("empty", { text: "" })]), piece("more")];
}

// case number → what of it waits in the outbox
export async function waitingOf(account) {
  const found = new Map();
  for (const record of await outbox.unsent(account)) if (record.data.number) found.set(record.data.number, record);
  return found;
}

export function section(title, cases, waiting, now) {
  return piece("section", { title: `${title} ${cases.length}`, rows: cases.map((one) => row(one, waiting.get(one.number), now)) });
}

export function row(one, record, now) {
  const lit = light(one, now);
  const usual = one.doings?.find((doing) => doing.usual);
  const line = piece("task", {
    title: one.title, light: word(lit), due: one.due ? moment(one.due) : "",
    where: [one.address || one.place, one.step].filter(Boolean).join(" · "), hours: "", back: one.back ?? "",
    waits: record ? `${word("waits")}: ${record.title}` : "", next: usual && !record ? usual.title : "",
  });
  line.dataset.light = lit;
  line.querySelector("[data-slot=lamp]").replaceWith(lamp(lit));
  const address = `/field/case/${encodeURIComponent(one.number)}`;
  line.querySelector("[data-slot=link]").href = address;
  line.querySelector("strong").className = { red: "late", yellow: "soon" }[lit] ?? "calm";
  const next = line.querySelector("[data-slot=next]");
  if (next) {
    next.href = `${address}?do=${encodeURIComponent(usual.key)}#do`;
    next.setAttribute("aria-label", `${usual.title}: ${one.title}`);
  }
  return line;
}
