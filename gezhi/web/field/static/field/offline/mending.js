// Where a record is written anew before it is sent, and put right afterwards.

const PLAIN = ["act", "note", "entry", "excuse", "sign"];

// nobody knows whether one under way arrived: a report or an activity then goes as a correction, all else waits
export function isOpen({ kind, state, tried, data }) {
  if (state === "sent" || data.withdraw || data.back || data.take_back) return false;
  if (["report", "activity"].includes(kind)) return kind === "report" || Boolean(data.ended) || !data.duty;
  if (kind === "correct") return Boolean(data.number) && !tried;
  return (kind === "amend" || PLAIN.includes(kind)) && !tried;
}

export function addressOf({ key, kind, data }) {
  const edit = `edit=${encodeURIComponent(key)}`;
  const number = encodeURIComponent(data.number ?? "");
  const found = {
    report: "/field/report", act: `/field/case/${number}`, note: `/field/case/${number}`, correct: `/field/case/${number}/correct`,
    activity: "/field/activity/waiting", amend: "/field/activity/waiting", excuse: "/field/duties/away",
    sign: `/field/activity/${encodeURIComponent(data.activity ?? "")}`,
    entry: `/field/entries/${encodeURIComponent(data.entry ?? "new")}`,
  }[kind];
  return `${found}?${kind === "entry" && !data.entry ? `register=${encodeURIComponent(data.register)}&` : ""}${edit}`;
}

// after sending: the page on which it is put right, if there is one
export function later({ kind, state, data, result }) {
  if (state !== "sent" || !result) return "";
  const { facts = {}, subject } = result;
  if (kind === "report" && subject) return `/field/case/${encodeURIComponent(subject)}/correct`;
  if (kind === "entry" && facts.entry) return `/field/entries/${encodeURIComponent(facts.entry)}`;
  if (["activity", "amend"].includes(kind) && facts.activity && !data.withdraw && (data.ended || kind === "amend")) return `/field/activity/${encodeURIComponent(facts.activity)}`;
  return "";
}

// what a record became, for its owner's eyes: a number or a code; a round, an absence or a signature has none
export function becameOf({ kind, result }) {
  const numbered = !["activity", "amend", "excuse", "sign"].includes(kind) || result?.facts?.cases?.length;
  return numbered ? (result?.subject ?? "") : "";
}
