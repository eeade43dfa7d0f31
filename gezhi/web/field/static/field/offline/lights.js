// The light of a limit, worked out on the phone from its instants: the same rule as the server's, by the server's clock.

export const URGENT_FIRST = ["red", "yellow", "green", "paused", "done"];

export function light({ due, warn, paused }, now = Date.now()) {
  if (paused) return "paused";
  if (due && now > Date.parse(due)) return "red";
  return warn && now >= Date.parse(warn) ? "yellow" : "green";
}

// a round with its light and due time: where the plan names several hours of a day, by those that are still empty
export function standing(one, now = Date.now()) {
  if (one.done) return { ...one, lit: "done" };
  const empty = (one.stretches?.length ?? 0) > 1 ? one.stretches.filter((hour) => !hour.done) : [];
  const next = empty.find((hour) => now < Date.parse(hour.closes));
  const told = next ? { ...one, due: next.closes, warn: next.warn } : one;
  const missed = empty.some((hour) => now >= Date.parse(hour.closes));
  return { ...told, lit: missed && !one.paused ? "red" : light(told, now) };
}

// where a stretch of hours stands: to come, open, missed or done
export function stands(hour, now = Date.now()) {
  if (hour.done) return "done";
  if (now >= Date.parse(hour.closes)) return "missed";
  return now >= Date.parse(hour.opens) ? "open" : "later";
}

// which of a plan's hours it is now, by the plan's own time zone; -1 outside all of them
export function hourNow({ hours = [], zone }, now = Date.now()) {
  const time = new Date(now).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone });
  return hours.findIndex((hour) => hour.slice(0, 5) <= time && time < hour.slice(6));
}

// by urgency, then by what is due first; what is already in the outbox comes last
export function inOrder(cases, now, waiting = new Set()) {
  const rank = (one) => (waiting.has(one.number) ? 10 : 0) + URGENT_FIRST.indexOf(light(one, now));
  const due = (one) => (one.due ? Date.parse(one.due) : Infinity);
  return [...cases].sort((one, other) => rank(one) - rank(other) || due(one) - due(other));
}
