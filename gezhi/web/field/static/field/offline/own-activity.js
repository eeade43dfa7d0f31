// One's own activity by its address: under way since a page of the server, sent and to be put right, or waiting here.

import { ending } from "./ending.js";
import { kept } from "./kept.js";
import * as outbox from "./outbox.js";
import { owed } from "./rounds.js";
import { signing } from "./signing.js";
import * as store from "./store.js";
import { moment, piece, word } from "./words.js";

export async function show({ account, found, main }) {
  const id = decodeURIComponent(found[1]);
  const others = await store.part(account, `sign/${id}`);
  if (others) return signing({ account, main }, others, (await outbox.unsent(account)).find((one) => one.kind === "sign" && one.data.activity === id));
  const asked = new URLSearchParams(location.search).get("edit");
  if (asked) return waiting(account, main, await outbox.find(account, asked));
  const held = await store.part(account, `activity/${id}`);
  const records = (await outbox.list(account)).filter((one) => one.data.activity === id || one.result?.facts?.activity === id);
  const pending = records.find((one) => one.state !== "sent");
  if (pending) return waiting(account, main, pending);
  const one = held ?? (await fromSent(account, records.find((some) => some.kind === "activity")));
  if (!one) return piece("nothing", { title: word("h-activity"), text: word("round-gone") });
  document.querySelector("[data-top]").textContent = one.title;
  return one.ended ? amend(account, main, one) : finish(account, main, one);
}

// sent and not downloaded yet: what was sent is what is known of it
async function fromSent(account, record) {
  if (!record?.data.duty) return null;
  const duty = (await owed(account)).find((one) => one.duty === record.data.duty) ?? {};
  const { facts } = record.result;
  return {
    ...record.data, id: facts.activity, version: facts.version ?? 0, title: record.title, name: record.about, place: "",
    form: duty.form, print: duty.print, kind: duty.kind, changed: facts.form_changed, findings: undefined,
    found: (record.data.findings ?? []).map((one) => ({ text: one.text })),
  };
}

function finish(account, main, one) {
  const given = {
    one: { ...one, nil: one.takes_nil }, name: one.name ?? one.place, area: one.area, when: word("begun-at", { when: moment(one.began) }),
    found: one.found, before: { remarks: one.remarks, others: one.others },
  };
  return ending(account, given, (told, photos, says, print) =>
    kept(account, main, says, {
      kind: "activity", data: { activity: one.id, ended: new Date().toISOString(), ...told, keeps: undefined }, title: one.title, about: one.name ?? one.place, form: print, photos,
    }));
}

async function amend(account, main, one) {
  const given = {
    one, name: one.name || one.place || one.title, area: one.area, when: `${moment(one.began)} – ${moment(one.ended)}`, found: one.found ?? [],
    before: { answers: one.answers, remarks: one.remarks, others: one.others }, amends: true, changed: one.changed,
  };
  const page = await ending(account, given, (told, photos, says, print) => {
    const data = { activity: one.id, ...onlyChanged(one, told) };
    return kept(account, main, says, { kind: "amend", data, base: one.version || null, title: word("correction", { title: one.title }), about: one.name || one.place, form: print, photos });
  });
  const back = piece("withdraw");
  back.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = back.querySelector("form").elements.reason.value.trim();
    const says = back.querySelector("[data-slot=wrong]");
    says.hidden = Boolean(reason);
    says.textContent = word("need-why");
    if (reason) kept(account, main, says, { kind: "amend", data: { activity: one.id, withdraw: reason }, title: word("takes-back", { title: one.title }), about: one.name || one.place, photos: [] });
  });
  const said = one.declined ? [piece("declined", { text: word("declined", { name: one.declined_by ?? "", why: one.declined }) })] : [];
  return [...said, page, back];
}

// only what was changed is said: what stands, and what no phone holds, stays as it is
function onlyChanged(one, { keeps = [], ...told }) {
  const same = (left, right) => JSON.stringify(left ?? null) === JSON.stringify(right ?? null);
  const found = {};
  const before = one.answers ?? {};
  const answers = Object.fromEntries([...new Set([...Object.keys(before), ...Object.keys(told.answers)])]
    .filter((name) => !same(before[name], told.answers[name]) && (name in told.answers || !keeps.includes(name))).map((name) => [name, told.answers[name] ?? null]));
  if (Object.keys(answers).length) found.answers = answers;
  else if (one.changed) found.answers = told.answers;
  if (told.remarks !== (one.remarks ?? "")) found.remarks = told.remarks;
  if (!same([...(one.others ?? [])].sort(), [...told.others].sort())) found.others = told.others;
  if (told.findings.length) found.findings = told.findings;
  if (told.photos.length) found.photos = told.photos;
  return found;
}

// not sent yet: written anew under the same key; where nobody knows whether it arrived, it goes as a correction
async function waiting(account, main, record) {
  if (!record || !["activity", "amend"].includes(record.kind) || record.state === "sent") return piece("nothing", { title: word("h-activity"), text: word("round-gone") });
  const { data } = record;
  const held = data.activity ? await store.part(account, `activity/${data.activity}`) : null;
  const duty = (await owed(account)).find((one) => one.duty === (data.duty ?? held?.duty)) ?? {};
  const one = held ? { ...held, nil: held.takes_nil } : { ...duty, title: record.title };
  const photos = (await Promise.all((record.photos ?? []).map((key) => store.get("photos", account, key)))).filter(Boolean);
  document.querySelector("[data-top]").textContent = one.title;
  const before = record.kind === "amend" ? { ...held, ...data, answers: { ...held?.answers, ...data.answers } } : data;
  const given = {
    one, name: record.about || one.place, area: data.area ?? held?.area, when: data.began ? word("begun-at", { when: moment(data.began) }) : "",
    before, kept: photos, found: held?.found ?? [], amends: record.kind === "amend" || record.tried, changed: one.print && record.form && one.print !== record.form,
  };
  return ending(account, given, (told, shots, says, print) => {
    if (record.tried && record.kind === "activity") {
      const right = { ...(data.activity ? { activity: data.activity } : { of: record.key }), ...onlyChanged(data, told), ...(told.findings.length > (data.findings ?? []).length ? { findings: told.findings.slice((data.findings ?? []).length) } : { findings: [] }) };
      return kept(account, main, says, { kind: "amend", data: right, title: word("correction", { title: record.title }), about: record.about, form: print, photos: shots.filter((photo) => !(record.photos ?? []).includes(photo.key)) });
    }
    const whole = record.kind === "amend" ? { activity: data.activity, of: data.of, ...onlyChanged(held ?? {}, told) } : { ...data, ...told, keeps: undefined };
    if (record.kind === "activity" && !whole.ended) whole.ended = new Date().toISOString();
    return kept(account, main, says, { kind: record.kind, data: whole, base: record.base, title: record.title, about: record.about, form: print || record.form, photos: shots, key: record.key, at: new Date(record.at), replaces: record });
  });
}
