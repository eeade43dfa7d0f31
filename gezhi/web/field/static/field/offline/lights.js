// The light of a limit, worked out on the phone from its instants: the same rule as the server's, by the server's clock.

export const URGENT_FIRST = ["red", "yellow", "green", "paused", "done"];

export function light({ due, warn, paused }, now = Date.now()) {
  if (paused) return "paused";
  if (due && now > Date.parse(due)) return "red";
  return warn && now >= Date.parse(warn) ? "yellow" : "green";
}

// by urgency, then by what is due first; what is already in the outbox comes last
export function inOrder(cases, now, waiting = new Set()) {
  const rank = (one) => (waiting.has(one.number) ? 10 : 0) + URGENT_FIRST.indexOf(light(one, now));
  const due = (one) => (one.due ? Date.parse(one.due) : Infinity);
  return [...cases].sort((one, other) => rank(one) - rank(other) || due(one) - due(other));
}
