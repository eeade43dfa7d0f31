// Photos of a form: made small and sent up as they are taken, so that sending the form is quick. What did not get
// through stays in the form itself and goes with it; a tap on its tile tries again at once.

import { post } from "../gezhi/patient.js";
import { shrink } from "./shrink.js";

export function startShots(section, changed) {
  const tiles = section.querySelector("[data-photos]");
  const says = section.querySelector("[data-shots-say]");
  const first = tiles.querySelector(".photo--add");
  const inputs = [...section.querySelectorAll("input[type=file]")];
  const most = Number(section.dataset.most);
  const shots = new Set();

  for (const tile of tiles.querySelectorAll("[data-token]")) adopt(tile);
  for (const input of inputs) {
    input.addEventListener("change", () => takeChosen(input));
    if (input.files.length) takeChosen(input); // chosen while this script was on its way, or kept by the browser
  }

  function takeChosen(input) {
    const chosen = [...input.files];
    input.value = "";
    for (const file of chosen) take(file);
  }

  async function take(file) {
    if (shots.size >= most) {
      says.textContent = section.dataset.tooMany.replace("{n}", most);
      return;
    }
    const shot = { file, token: "", sending: null, tile: tileOf(URL.createObjectURL(file), file.name) };
    shots.add(shot);
    wire(shot);
    shot.sending = shrink(file).then((small) => {
      shot.file = small;
      return send(shot);
    });
  }

  async function send(shot) {
    mark(shot, "sending");
    const body = new FormData();
    body.set("photo", shot.file);
    body.set("csrfmiddlewaretoken", section.closest("form").elements.csrfmiddlewaretoken.value);
    try {
      const answer = await post(section.dataset.address, body, { headers: { "Gezhi-Background": "1" }, type: "json" });
      const said = answer.response ?? {};
      if (said.error) {
        says.textContent = said.error;
        return drop(shot);
      }
      if (!said.token) throw new Error("signed out");
      keep(shot, said);
    } catch {
      mark(shot, "failed");
      inForm();
    }
  }

  function keep(shot, said) {
    if (!shots.has(shot)) return;
    shot.token = said.token;
    shot.small = shot.file; // for the outbox, should the form itself not arrive
    shot.file = null;
    mark(shot, "kept");
    inForm();
    changed({ tokens: tokens(), at: said.lon ? [said.lon, said.lat] : null });
  }

  // what is up goes as its signed id, what is not goes as the file
  function inForm() {
    for (const field of section.querySelectorAll("input[data-kept]")) field.remove();
    for (const token of tokens()) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.dataset.kept = "";
      field.name = `${inputs[0].name}.kept`;
      field.value = token;
      section.append(field);
    }
    const box = new DataTransfer();
    for (const shot of shots) if (shot.file) box.items.add(shot.file);
    inputs[0].files = box.files;
  }

  function tokens() {
    return [...shots].map((shot) => shot.token).filter(Boolean);
  }

  function drop(shot) {
    shots.delete(shot);
    shot.tile.remove();
    inForm();
    changed({ tokens: tokens(), at: null });
    first.focus?.();
  }

  function mark(shot, state) {
    shot.tile.classList.toggle("is-error", state === "failed");
    shot.tile.classList.toggle("is-busy", state === "sending");
    const tag = shot.tile.querySelector(".tag");
    tag.hidden = state === "kept";
    tag.textContent = state === "failed" ? `${section.dataset.failed} · ${section.dataset.again}` : section.dataset.sending;
  }

  function wire(shot) {
    shot.tile.querySelector(".rm").addEventListener("click", () => drop(shot));
    shot.tile.querySelector(".tag").addEventListener("click", () => {
      if (shot.file) shot.sending = send(shot);
    });
  }

  function tileOf(src, name) {
    const tile = document.createElement("span");
    tile.className = "photo";
    const picture = document.createElement("img");
    picture.alt = name;
    picture.src = src;
    const tag = document.createElement("button");
    tag.type = "button";
    tag.className = "tag";
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "rm";
    remove.textContent = "×";
    remove.setAttribute("aria-label", section.dataset.remove);
    tile.append(picture, tag, remove);
    tiles.insertBefore(tile, first);
    return tile;
  }

  // a photo that the page itself brought back after a refusal
  function adopt(tile) {
    restore([tile.dataset.token], tile.querySelector("img")?.src);
    tile.remove();
  }

  function restore(kept, src) {
    for (const token of kept) {
      const shot = { file: null, token, sending: null, tile: tileOf(src ?? `/kept/${encodeURIComponent(token)}`, "") };
      shots.add(shot);
      wire(shot);
      mark(shot, "kept");
    }
    inForm();
  }

  // what is still going up is waited for: a report never leaves without its photos
  return { restore, files: () => [...shots].map((shot) => shot.file ?? shot.small).filter(Boolean), settled: () => Promise.allSettled([...shots].map((shot) => shot.sending)) };
}
