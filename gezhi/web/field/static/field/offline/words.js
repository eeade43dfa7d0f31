// Words and pieces of the page: the server wrote both into <template>s, in the worker's language.

const said = new Map();

export function word(name, values = {}) {
  if (!said.size) {
    for (const one of document.getElementById("words").content.querySelectorAll("[data-word]")) said.set(one.dataset.word, one.textContent.trim());
  }
  const text = said.get(name);
  if (text === undefined) throw new Error(`no word “${name}”`);
  return Object.entries(values).reduce((all, [key, value]) => all.replaceAll(`{${key}}`, value), text);
}

// a copy of a template's piece; `slots` fill the elements marked data-slot (null takes one away)
export function piece(name, slots = {}) {
  const copy = document.getElementById(`t-${name}`).content.firstElementChild.cloneNode(true);
  for (const [slot, value] of Object.entries(slots)) {
    const at = copy.matches(`[data-slot=${slot}]`) ? copy : copy.querySelector(`[data-slot=${slot}]`);
    if (!at) throw new Error(`no slot “${slot}” in “${name}”`);
    if (value === null || value === "") at.remove();
    else if (value instanceof Node) at.replaceChildren(value);
    else if (Array.isArray(value)) at.replaceChildren(...value);
    else at.textContent = value;
  }
  return copy;
}

export function bytes(n) {
  const unit = n < 1_000_000 ? "kilobyte" : "megabyte";
  const amount = n < 1_000_000 ? Math.max(1, Math.round(n / 1000)) : n / 1_000_000;
  return new Intl.NumberFormat(lang(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(amount);
}

export function lang() {
  return document.documentElement.lang || "zh-hans";
}

// today 17:30, tomorrow 09:00, 6月5日周五 17:30
export function moment(instant) {
  let at = new Date(instant);
  let time = at.toLocaleTimeString(lang(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  // midnight belongs to the day that ends with it
  if (at.getHours() + at.getMinutes() === 0) {
    at = new Date(at.getTime() - 60_000);
    time = "24:00";
  }
  const away = Math.round((midnight(at) - midnight(new Date())) / 86_400_000);
  const near = { "-1": "yesterday", 0: "today", 1: "tomorrow" }[away];
  const day = near ? word(near) : at.toLocaleDateString(lang(), { month: "short", day: "numeric", weekday: "short" });
  return `${day} ${time}`;
}

// 6月5日周五
export function day(date) {
  return new Date(`${date}T00:00`).toLocaleDateString(lang(), { month: "short", day: "numeric", weekday: "short" });
}

function midnight(at) {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}
