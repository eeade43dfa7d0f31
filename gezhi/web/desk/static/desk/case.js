// What a case's page gains when scripts run: names offered after an @, who else is here, news of the case, and a note
// to the reporter that looks unlike one to colleagues. Without scripts everything is still a form.

const TYPING_MS = 3000;
const live = document.querySelector("[data-live]");
if (live) startLive();
for (const box of document.querySelectorAll("[data-mentions]")) startMentions(box);
for (const card of document.querySelectorAll("[data-talk]")) {
  const tell = () => card.classList.toggle("is-out", card.querySelector("[name=to][value=reporter]")?.checked ?? false);
  card.addEventListener("change", tell);
  tell();
}
for (const list of document.querySelectorAll(".story")) fold(list);

// ── who else is here; what happened meanwhile ──

function startLive() {
  const shown = {};
  let timer = 0;
  let heard = "";
  let typedAt = 0;
  let wait = Number(live.dataset.beat) * 1000;
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const say = (more) => new URLSearchParams({ csrfmiddlewaretoken: token(), log: live.dataset.log, seen: live.dataset.seen, told: heard, writing: writing(), ...(Date.now() - typedAt < TYPING_MS ? { typing: "yes" } : {}), ...more });

  const beat = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(live.dataset.live, { method: "POST", body: say({}), headers: { "Gezhi-Background": "1" }, redirect: "error" });
      if (answer.status === 204 || answer.status === 404) return; // signed out, or out of sight: nothing more to tell
      if (!answer.ok) throw new Error(answer.statusText);
      heard = answer.headers.get("Gezhi-Log") ?? "";
      take(await answer.text());
      // news that a typing hand was spared comes as soon as it rests
      wait = answer.headers.get("Gezhi-Waits") === "yes" ? TYPING_MS : Number(live.dataset.beat) * 1000;
    } catch {
      wait = Math.min(wait * 2, 300_000);
    }
    timer = setTimeout(beat, wait);
  };
  // who is here changes often, the news rarely: only what came anew is written, so that nothing is read out twice
  function take(words) {
    const came = document.createElement("template");
    came.innerHTML = words;
    for (const name of ["[data-others]", "[data-news]"]) {
      const part = came.content.querySelector(name);
      const place = live.querySelector(name);
      if (!part || part.innerHTML === (shown[name] ?? "")) continue;
      shown[name] = part.innerHTML;
      if (place) place.replaceWith(part);
      else live.append(part);
    }
  }

  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? beat() : leave()));
  window.addEventListener("pagehide", leave);
  let told = "";
  document.addEventListener("input", () => {
    typedAt = Date.now();
    // others are told at once when one begins to write, not at every key
    if (writing() !== told) {
      told = writing();
      beat();
    }
  });
  beat();

  function leave() {
    clearTimeout(timer);
    navigator.sendBeacon(live.dataset.live, say({ left: "yes" }));
  }
}

// which form has words in it that were typed here: never the words themselves
function writing() {
  for (const form of document.querySelectorAll("form[data-writes]")) {
    for (const box of form.querySelectorAll("textarea, input.input:not([type=search])")) {
      if (box.value.trim() && box.value !== box.defaultValue) return form.dataset.writes;
    }
  }
  return "";
}

// ── a long story ──

function fold(list) {
  const items = [...list.children];
  const most = 30;
  if (items.length <= most + 5 || location.hash.startsWith("#all")) return;
  const middle = items.slice(most, -2);
  for (const item of middle) item.hidden = true;
  const row = document.createElement("li");
  row.className = "folded";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--quiet";
  button.textContent = (list.dataset.more ?? "… {n}").replace("{n}", middle.length);
  button.addEventListener("click", () => {
    for (const item of middle) item.hidden = false;
    row.remove();
    middle[0].tabIndex = -1;
    middle[0].focus();
  });
  row.append(button);
  items.at(-2).before(row);
}

// ── @ ──

function startMentions(box) {
  const list = document.createElement("ul");
  list.className = "mentions";
  list.id = `${box.id}-mentions`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", box.dataset.offers);
  box.after(list);
  // a text box of several lines may not be a combobox: it names its list and the option that is chosen
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  let at = 0;
  let asked = 0;
  let timer = 0;

  box.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(offer, 120);
  });
  if (document.activeElement === box) offer(); // an @ written while this script was on its way
  box.addEventListener("blur", () => setTimeout(close, 150));
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const options = [...list.querySelectorAll("[role=option]")];
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (options.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : options.length - 1)) % options.length;
      mark(options);
    } else if (options.length && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      choose(options[at]);
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    event.preventDefault();
    if (option) choose(option);
  });

  function typed() {
    const before = box.value.slice(0, box.selectionStart);
    return /[@＠]([^\s@＠，,。.；;：:]{0,20})$/u.exec(before);
  }

  async function offer() {
    const found = typed();
    // words for the reporter name nobody
    if (!found || box.form.querySelector("[name=to][value=reporter]")?.checked) return close();
    asked += 1;
    const mine = asked;
    const answer = await fetch(`${box.dataset.mentions}?q=${encodeURIComponent(found[1])}`).catch(() => null);
    if (mine !== asked || !answer?.ok || !typed()) return;
    const people = (await answer.json()).found;
    list.replaceChildren(...people.map(optionOf));
    if (!people.length) {
      if (found[1].length > 6) return close();
      const none = document.createElement("li");
      none.className = "dim";
      none.textContent = box.dataset.none;
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      list.append(none);
    }
    at = 0;
    list.hidden = false;
    mark([...list.querySelectorAll("[role=option]")]);
  }

  function optionOf(one, position) {
    const option = document.createElement("li");
    option.id = `${list.id}-${position}`;
    option.setAttribute("role", "option");
    option.dataset.id = one.id;
    option.dataset.name = one.name;
    const name = document.createElement("b");
    name.textContent = one.name;
    const office = document.createElement("span");
    office.className = "dim t-small";
    office.textContent = one.office;
    option.append(name, " ", office);
    return option;
  }

  function mark(options) {
    options.forEach((option, position) => option.setAttribute("aria-selected", String(position === at)));
    box.setAttribute("aria-activedescendant", options[at]?.id ?? "");
  }

  function choose(option) {
    const found = typed();
    if (!found || !option?.dataset.id) return close();
    const end = box.selectionStart;
    const start = end - found[0].length;
    box.setRangeText(`@${option.dataset.name} `, start, end, "end");
    const meant = Object.assign(document.createElement("input"), { type: "hidden", name: "mention", value: option.dataset.id });
    box.form.append(meant);
    close();
    box.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(timer);
  }

  function close() {
    list.hidden = true;
    box.removeAttribute("aria-activedescendant");
  }
}
