// Being away, and rounds that were missed: entered without a network, sent with everything else.

import { lamp } from "./icons.js";
import { kept } from "./kept.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { day, piece, word } from "./words.js";

export async function show({ account, main }) {
  const [held, records] = await Promise.all([store.part(account, "away"), outbox.unsent(account)]);
  if (!held) return piece("nothing", { title: word("h-away"), text: word("never") });
  const mine = records.filter((one) => one.kind === "excuse");
  const editing = mine.find((one) => one.key === new URLSearchParams(location.search).get("edit"));
  const page = piece("away");
  const at = (slot) => page.querySelector(`[data-slot=${slot}]`);
  const reasons = new Map(held.reasons.map((one) => [one.value, one.title]));
  for (const record of mine) at("waiting").append(piece("banner", { text: `${word("waits")}: ${record.title} · ${record.about}` }));
  at("absences").append(...held.absences.map(absence));
  drawAway(at("enter"), editing?.data.first ? editing : null);
  at("missed").append(...held.missed.map(missed));
  at("none").hidden = held.missed.length > 0;
  return page;

  function keep(says, given, old) {
    return kept(account, main, says, { kind: "excuse", photos: [], ...given, ...(old ? { key: old.key, replaces: old } : {}) });
  }

  function absence(one) {
    const title = `${day(one.first)} – ${day(one.last)}`;
    const row = piece("absence", { title, reason: reasons.get(one.reason) ?? "" });
    const button = row.querySelector("button");
    button.hidden = mine.some((some) => some.data.back === one.id);
    button.addEventListener("click", () => keep(row.querySelector("[data-slot=wrong]"), { data: { back: one.id }, title: word("takes-back", { title: word("h-absence") }), about: title }));
    return row;
  }

  function drawAway(box, old) {
    const form = box.querySelector("form");
    box.open = Boolean(old);
    const today = new Date().toLocaleDateString("sv");
    for (const name of ["first", "last"]) form.elements[name].value = old?.data[name] ?? today;
    for (const one of held.reasons) {
      const label = piece("choice", { title: one.title, help: null });
      Object.assign(label.querySelector("input"), { type: "radio", name: "reason", value: one.value, checked: one.value === (old?.data.reason ?? held.reasons[0].value) });
      form.querySelector(".choices").append(label);
    }
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const data = { first: form.elements.first.value, last: form.elements.last.value, reason: form.elements.reason.value };
      const says = form.querySelector("[data-slot=wrong]");
      const wrong = !data.first || !data.last || data.last < data.first;
      says.hidden = !wrong;
      says.textContent = word("need-days");
      if (!wrong) keep(says, { data, title: word("h-absence"), about: `${day(data.first)} – ${day(data.last)} · ${reasons.get(data.reason)}` }, old);
    });
  }

  function missed(one) {
    const much = one.asked > 1 ? word("seen-of", { n: one.done ?? 0, all: one.asked }) : "";
    const row = piece("missed", {
      title: one.title, where: [one.place, one.period, much, one.empty ? word("empty-hours", { hours: one.empty }) : ""].filter(Boolean).join(" · "), away: one.away ?? null,
      said: one.said ? [one.said, one.state, one.why].filter(Boolean).join(" · ") : null,
    });
    row.querySelector("[data-slot=lamp]").replaceWith(lamp(one.away ? "paused" : "red"));
    const old = mine.find((some) => some.data.duty === one.duty && some.data.area === one.area && some.data.on === one.on);
    const back = row.querySelector("[data-do=back]");
    back.hidden = !one.id || mine.some((some) => some.data.take_back === one.id);
    back.addEventListener("click", () => keep(row.querySelector("[data-slot=wrong]"), { data: { take_back: one.id }, title: word("takes-back", { title: word("h-why") }), about: one.title }));
    const why = row.querySelector("details");
    if (one.away || one.said || (old && old !== editing)) why.remove();
    else drawWhy(why, one, old);
    return row;
  }

  function drawWhy(box, one, old) {
    const form = box.querySelector("form");
    box.open = Boolean(old);
    form.elements.why.value = old?.data.reason ?? "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const reason = form.elements.why.value.trim();
      const says = form.querySelector("[data-slot=wrong]");
      says.hidden = Boolean(reason);
      says.textContent = word("need-why");
      if (reason) keep(says, { data: { duty: one.duty, area: one.area, on: one.on, reason }, title: word("h-why"), about: `${one.title} · ${one.period}` }, old);
    });
  }
}
