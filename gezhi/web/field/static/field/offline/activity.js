// A round on this phone: whom it is still about, begun with one check-in, ended with what it asks and what was found.

import { ending } from "./ending.js";
import { position } from "./ground.js";
import { kept } from "./kept.js";
import { addressOf, beforehand, hoursOf, owed } from "./rounds.js";
import { standing } from "./lights.js";
import * as underway from "./underway.js";
import { moment, piece, word } from "./words.js";

export async function show(context) {
  const { account, found } = context;
  const [duty, area] = [decodeURIComponent(found[1]), decodeURIComponent(found[2])];
  const asked = new URLSearchParams(location.search);
  const begun = await underway.begun(account);
  const one = (await owed(account)).find((some) => some.duty === duty && some.area === area && (some.start ?? "") === (asked.get("start") ?? ""));
  // begun here, and meanwhile the plan or the posts changed: what was begun can be ended all the same
  const known = one ?? (begun?.duty === duty && begun.area === area ? begun.one : null);
  if (!known) return piece("nothing", { title: duty, text: word("round-gone") });
  document.querySelector("[data-top]").textContent = known.title;
  const of = asked.get("of") ?? known.entry ?? "";
  if (known.register && !of) return objects(known, context.note);
  const target = (known.objects ?? []).find((some) => some.id === of);
  return going(context, known, of, target?.name ?? begun?.name ?? known.place, begun);
}

function objects(one, note) {
  const hours = hoursOf(one, Date.now() + (note?.shift ?? 0) * 1000);
  const rows = (one.objects ?? []).map((some) => {
    const row = piece("object", { name: some.name, where: some.address ?? "" });
    row.querySelector("a").href = addressOf(one, some.id);
    return row;
  });
  return [piece("head", { title: one.title, text: `${one.place} · ${word("seen-of", { n: one.seen ?? 0, all: one.asked })}${hours ? ` · ${hours}` : ""}` }), piece("section", { title: word("still-open"), rows })];
}

async function going(context, one, of, name, begun) {
  const here = { duty: one.duty, area: one.area, of, start: one.start ?? "", title: one.title, name, one: { ...one, objects: undefined } };
  // what is written at a desk needs no check-in
  if (["report", "meeting"].includes(one.kind)) return end(context, one, { ...here, began: new Date().toISOString(), place: null });
  if (!begun || begun.duty !== one.duty || begun.area !== one.area || begun.of !== of) return begin(context, one, here);
  return end(context, one, begun);
}

function begin(context, one, here) {
  const { account, main, note } = context;
  const now = Date.now() + (note?.shift ?? 0) * 1000;
  const page = piece("begin", { name: here.name, due: one.due ? moment(standing(one, now).due) : "", hours: hoursOf(one, now), before: beforehand(one, now) });
  page.querySelector("[data-slot=go]").addEventListener("click", async (event) => {
    event.currentTarget.classList.add("is-busy");
    page.querySelector("[data-slot=exact]").textContent = word("here-waiting");
    const at = await position().catch(() => null);
    const begun = await underway.begin(account, { ...here, began: new Date().toISOString(), place: at ? [at.lon, at.lat, at.accuracy] : null });
    main.replaceChildren(...[await end(context, one, begun)].flat());
  });
  return page;
}

async function end({ account, main }, one, begun) {
  const where = begun.place ? word("here-found", { n: begun.place[2] }) : word("no-position");
  const given = { one, name: begun.name, when: word("begun-at", { when: moment(begun.began) }), where, area: one.area };
  return ending(account, given, async (told, photos, says, print) => {
    const data = { duty: one.duty, area: one.area, began: begun.began, ended: new Date().toISOString(), place: begun.place, ...told, keeps: undefined };
    if (begun.of) data.entry = begun.of;
    if (begun.start) data.start = begun.start;
    const whole = await underway.endOf(account, begun, data);
    const record = await kept(account, main, says, { kind: "activity", title: one.title, about: begun.name, form: print || one.print || "", photos, ...whole });
    if (record && begun.key) await underway.forget(account);
  });
}
