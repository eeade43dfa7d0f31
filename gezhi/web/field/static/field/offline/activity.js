// A round on this phone: whom it is still about, begun with one check-in, ended with what it asks and what was found.

import { draw } from "./asked.js";
import { startFindings } from "./findings.js";
import { position } from "./ground.js";
import { kept } from "./kept.js";
import { addressOf, owed } from "./rounds.js";
import { startShots } from "./shots.js";
import * as store from "./store.js";
import { moment, piece, word } from "./words.js";

export async function show(context) {
  const { account, found } = context;
  const [duty, area] = [decodeURIComponent(found[1]), decodeURIComponent(found[2])];
  const asked = new URLSearchParams(location.search);
  const one = (await owed(account)).find((some) => some.duty === duty && some.area === area && (some.start ?? "") === (asked.get("start") ?? ""));
  if (!one) return piece("nothing", { title: duty, text: word("round-gone") });
  document.querySelector("[data-top]").textContent = one.title;
  const of = asked.get("of") ?? one.entry ?? "";
  if (one.register && !of) return objects(one);
  const target = (one.objects ?? []).find((some) => some.id === of);
  return going(context, one, of, target?.name ?? one.place);
}

function objects(one) {
  const rows = (one.objects ?? []).map((some) => {
    const row = piece("object", { name: some.name, where: some.address ?? "" });
    row.querySelector("a").href = addressOf(one, some.id);
    return row;
  });
  return [piece("head", { title: one.title, text: `${one.place} · ${word("seen-of", { n: one.seen ?? 0, all: one.asked })}` }), piece("section", { title: word("still-open"), rows })];
}

const keyOf = (account) => `running:${account}`;
export const running = (account) => store.meta(keyOf(account));

async function going(context, one, of, name) {
  const { account } = context;
  const begun = await running(account);
  // what is written at a desk needs no check-in
  if (["report", "meeting"].includes(one.kind)) return end(context, one, of, name, { duty: one.duty, area: one.area, of, began: new Date().toISOString(), place: null });
  if (!begun || begun.duty !== one.duty || begun.area !== one.area || begun.of !== of) return begin(context, one, of, name);
  return end(context, one, of, name, begun);
}

function begin(context, one, of, name) {
  const { account, main } = context;
  const page = piece("begin", { name, due: one.due ? moment(one.due) : "" });
  page.querySelector("[data-slot=go]").addEventListener("click", async (event) => {
    event.currentTarget.classList.add("is-busy");
    page.querySelector("[data-slot=exact]").textContent = word("here-waiting");
    const at = await position().catch(() => null);
    const begun = { duty: one.duty, area: one.area, of, began: new Date().toISOString(), place: at ? [at.lon, at.lat, at.accuracy] : null, name };
    await store.setMeta(keyOf(account), begun);
    main.replaceChildren(...[await end(context, one, of, name, begun)].flat());
  });
  return page;
}

async function end({ account, main }, one, of, name, begun) {
  const [described, grids] = await Promise.all([one.form ? store.part(account, `forms/${one.form}`) : null, store.parts(account, "grid/")]);
  const entries = (await store.parts(account, "entries/")).flatMap((part) => part.entries);
  const page = piece("ending", { name, begun: word("begun-at", { when: moment(begun.began) }), where: begun.place ? word("here-found", { n: begun.place[2] }) : word("no-place") });
  const at = (slot) => page.querySelector(`[data-slot=${slot}]`);
  const form = await draw(described, { entries, grids });
  at("form").append(form.element);
  const findings = await startFindings(at("findings"), await store.part(account, "items"));
  const shots = await startShots(at("shots"), { id: "activity-shots" });
  if (!one.verifies) at("agrees").remove();
  if (!one.nil) at("nil").remove();
  page.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answered = form.read();
    const found = findings.read();
    const wrong = answered.wrong || found.wrong;
    at("wrong").hidden = !wrong;
    at("wrong").textContent = wrong;
    if (wrong) return;
    await shots.settled();
    const own = shots.photos();
    const data = {
      duty: one.duty, area: one.area, began: begun.began, ended: new Date().toISOString(), answers: answered.answers, place: begun.place,
      findings: found.findings, photos: own.map((photo) => photo.key), remarks: page.elements.remarks.value.trim(),
    };
    if (of) data.entry = of;
    if (one.start) data.start = one.start;
    if (page.elements.nil?.checked) data.nil = true;
    if (page.elements.agrees?.value) data.agrees = page.elements.agrees.value === "yes";
    const photos = [...own, ...answered.photos, ...found.photos];
    if (await kept(account, main, at("wrong"), { kind: "activity", data, title: one.title, about: name, form: one.print ?? "", photos })) await store.dropMeta(keyOf(account));
  });
  return page;
}
