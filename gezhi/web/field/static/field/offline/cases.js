// All cases on this phone, to look through.

import * as store from "./store.js";
import { inOrder } from "./lights.js";
import { section, waitingOf } from "./today.js";
import { piece, word } from "./words.js";

export async function show({ account, note }) {
  const cases = await store.parts(account, "case/");
  const waiting = await waitingOf(account);
  const now = Date.now() + (note?.shift ?? 0) * 1000;
  const search = piece("search");
  const box = document.createElement("div");
  const input = search.querySelector("input");
  search.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", draw);
  draw();
  return [search, box];

  function draw() {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const said = (one) => [one.number, one.title, one.text, one.address, one.place, one.item].join(" ").toLowerCase();
    const fitting = cases.filter((one) => words.every((some) => said(one).includes(some)));
    box.replaceChildren(section(word("in-hand"), inOrder(fitting, now, new Set(waiting.keys())), waiting, now));
  }
}
