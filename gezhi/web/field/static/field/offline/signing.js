// A record of somebody else that waits for one's signature: looked at, then signed, or not and why. Never one's own.

import { kept } from "./kept.js";
import * as outbox from "./outbox.js";
import * as store from "./store.js";
import { moment, piece, word } from "./words.js";

// what waits, with what of it waits here to be sent
export async function lines(account) {
  const [rows, records] = await Promise.all([store.parts(account, "sign/"), outbox.unsent(account)]);
  return rows.map((one) => {
    const record = records.find((some) => some.kind === "sign" && some.data.activity === one.id);
    const row = piece("to-sign", {
      title: one.title, where: [one.name || one.place, one.by, moment(one.ended)].filter(Boolean).join(" · "), waits: record ? `${word("waits")}: ${record.title}` : "",
    });
    row.querySelector("a").href = `/field/activity/${one.id}`;
    return row;
  });
}

export async function section(account) {
  const rows = await lines(account);
  return rows.length ? [piece("section", { title: `${word("to-sign")} ${rows.length}`, rows })] : [];
}

// `record` is what was decided here and is not sent yet
export async function signing({ account, main }, one, record) {
  const page = piece("signing", {
    name: one.name || one.place, who: [one.by, ...(one.others ?? [])].join(", "), when: [moment(one.began), moment(one.ended)].join(" – "),
    waits: record ? `${word("waits")}: ${record.title}` : null, remarks: one.remarks ?? "", photos: one.photos ? word("photos-online", { n: one.photos }) : "",
    odd: (one.odd ?? []).map((words) => piece("banner", { text: words })), answers: answersOf(one), found: (one.found ?? []).map(found),
  });
  document.querySelector("[data-top]").textContent = one.title;
  if (!one.found) page.querySelector("[data-seen]").remove();
  const box = page.querySelector("details");
  const form = box.querySelector("form");
  form.elements.reason.value = record?.data.reason ?? "";
  box.open = Boolean(record?.data.reason);
  const says = page.querySelector("[data-slot=wrong]");
  page.querySelector("[data-do=sign]").addEventListener("click", () => decide({ agrees: true }, "signs"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const reason = form.elements.reason.value.trim();
    says.hidden = Boolean(reason);
    says.textContent = word("need-why");
    if (reason) decide({ agrees: false, reason }, "declines");
  });
  return page;

  function decide(said, title) {
    return kept(account, main, says, {
      kind: "sign", data: { activity: one.id, ...said }, base: one.version, title: word(title, { title: one.title }), about: [one.by, one.name || one.place].filter(Boolean).join(" · "),
      photos: [], ...(record && !record.tried ? { key: record.key, replaces: record } : {}),
    });
  }
}

function answersOf(one) {
  const told = [...(one.answers ?? [])];
  if (one.agrees !== undefined) told.unshift([word("agrees"), word(one.agrees ? "yes" : "no")]);
  if (one.nil) told.push([word("nil"), word("yes")]);
  return told.map(([title, words]) => piece("fact", { title, words }));
}

function found({ text, way, number }) {
  return Object.assign(document.createElement("li"), { textContent: [text, way, number].filter(Boolean).join(" · "), dir: "auto" });
}
