// An entry of a register picked while one types its name, address, code or sound; its code is what is sent.
// Without scripts the button beside the box searches on the server.

import { touched } from "./touched.js";

const WAIT_MS = 200;
let count = 0;

export function startEntryPick(holder) {
  const [box, list, called] = ["input", "[data-found]", "[data-called]"].map((one) => holder.querySelector(one));
  list.id ||= `entries-${++count}`;
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id })) box.setAttribute(name, value);
  list.setAttribute("role", "listbox");
  let waiting, asked = 0;
  const close = () => {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };
  const mark = (item) => {
    for (const one of list.children) one.setAttribute("aria-selected", String(one === item));
    if (item) box.setAttribute("aria-activedescendant", item.id);
    item?.scrollIntoView({ block: "nearest" });
  };
  const choose = (item) => {
    box.value = item.dataset.code;
    called.textContent = item.dataset.name;
    box.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  };
  const look = async () => {
    const mine = ++asked;
    let found;
    try {
      const answer = await fetch(`${holder.dataset.entryPick}&q=${encodeURIComponent(box.value)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      found = (await answer.json()).entries;
    } catch {
      return; // no network: a code can still be written
    }
    if (mine !== asked || document.activeElement !== box) return;
    list.replaceChildren(...found.map((one, place) => line(`${list.id}-${place}`, one)));
    if (!found.length) {
      called.textContent = holder.dataset.none; // said aloud, too; a list box holds options only
      return close();
    }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
  };
  const later = () => {
    called.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(look, WAIT_MS);
  };
  box.addEventListener("input", later);
  box.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[role=option]");
    if (item) choose(item);
  });
  box.addEventListener("keydown", (event) => {
    const items = [...list.querySelectorAll("[role=option]")];
    const at = items.findIndex((one) => one.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" && list.hidden) look();
    else if (["ArrowDown", "ArrowUp"].includes(event.key) && items.length) mark(items.at((at + (event.key === "ArrowDown" ? 1 : at < 0 ? 0 : -1)) % items.length));
    else if (event.key === "Enter" && !list.hidden && at >= 0) choose(items[at]);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
  holder.querySelector("[data-find]").addEventListener("click", (event) => {
    event.preventDefault();
    box.focus();
    look();
  });
  if (touched(box) && document.activeElement === box) later(); // written while this script was on its way
}

function line(id, { code, name, where }) {
  const item = document.createElement("li");
  Object.assign(item, { id });
  Object.assign(item.dataset, { code, name });
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  const [title, place] = [document.createElement("b"), document.createElement("span")];
  title.textContent = name;
  place.className = "help";
  place.textContent = [code, where].filter(Boolean).join(" · ");
  item.append(title, place);
  return item;
}
