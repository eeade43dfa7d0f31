// Photos of a form without a network: made small at once, shown, and handed over with the record.

import { shrink } from "../shrink.js";
import { newKey } from "./outbox.js";
import { roomFor } from "./room.js";
import { bytes, piece, word } from "./words.js";

const MOST = 9;
// of whatever form: what is still being made small is waited for, so that no form is read without its photos
const making = new Set();

export const settled = () => Promise.allSettled([...making]);

// `tiles` gets a tile to add with, unless the form has its own inputs (`inputs`)
export async function startShots(tiles, { id = "", inputs = [], kept = [], changed = () => {} }) {
  const shots = [];
  if (!inputs.length) {
    tiles.className = "photos";
    const add = piece("add-photo");
    add.htmlFor = id;
    const input = Object.assign(document.createElement("input"), { type: "file", id, className: "file", multiple: true, accept: "image/*" });
    tiles.append(add);
    tiles.after(input);
    inputs = [input];
  }
  for (const input of inputs) {
    input.addEventListener("change", () => {
      const chosen = [...input.files];
      input.value = "";
      for (const file of chosen.slice(0, MOST - shots.length)) take(file);
    });
  }
  for (const one of kept) show(one);

  function take(file) {
    const work = shrink(file).then(async (small) => {
      await warn(small.size);
      show({ key: `p-${newKey()}`, blob: small, name: small.name, up: false });
      changed();
    }).finally(() => making.delete(work));
    making.add(work);
  }

  // said while the photo can still be left out, not when everything has been written
  async function warn(size) {
    const { fits, free } = await roomFor(size * (shots.length + 2));
    const says = tiles.parentElement.querySelector("[data-full]") ?? Object.assign(document.createElement("p"), { className: "error" });
    says.dataset.full = "";
    says.setAttribute("role", "status");
    says.hidden = fits;
    says.textContent = fits ? "" : word("no-room", { free: bytes(free) });
    if (!says.isConnected) tiles.after(says);
  }

  function show(photo) {
    shots.push(photo);
    const tile = piece("shot");
    const picture = tile.querySelector("img");
    picture.src = URL.createObjectURL(photo.blob);
    picture.alt = photo.name ?? "";
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    tile.querySelector("button").addEventListener("click", () => {
      shots.splice(shots.indexOf(photo), 1);
      tile.remove();
    });
    tiles.insertBefore(tile, tiles.querySelector(".photo--add"));
  }

  return { photos: () => [...shots] };
}
