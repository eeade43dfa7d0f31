// Photos are made smaller here and sent one by one while the rest is being written: each shows how far it is, fails alone
// with its reason, and is tried again when the network is back. The form then carries their signed ids only.

import { withPlace } from "./exif.js";
import { post } from "./patient.js";

const LONGEST_PX = 1600;
const GOOD_ENOUGH_BYTES = 600_000;
const QUALITY = 0.85;

export function startUploads(input) {
  const form = input.form;
  const field = input.closest(".field");
  const tiles = field.querySelector("[data-photos]");
  const add = tiles.querySelector(".photo--add");
  const says = document.createElement("p");
  says.className = "help";
  says.setAttribute("role", "status");
  tiles.after(says);
  const going = new Set();
  const broken = new Set();

  input.addEventListener("change", takeChosen);
  window.addEventListener("online", () => [...broken].filter((one) => one.canAgain).forEach((one) => one.send()));
  form.addEventListener("submit", (event) => holdBack(event), { capture: true });

  if (input.files.length) takeChosen(); // chosen while this script was on its way, or kept by the browser

  function takeChosen() {
    const files = [...input.files];
    input.value = "";
    const room = Number(input.dataset.most) - tiles.querySelectorAll(".photo:not(.photo--add):not(.is-broken)").length;
    says.textContent = files.length > room ? tooMany(files.length, Math.max(0, room)) : "";
    for (const file of files.slice(0, Math.max(0, room))) take(file);
  }

  // the resident's own word: without it the photo's place neither leaves the browser nor is kept
  function mayPlace() {
    return form.querySelector("[data-photo-place]")?.checked ?? false;
  }

  function tooMany(count, kept) {
    return fill(input.dataset.tooMany, { most: input.dataset.most, kept, left: count - kept });
  }

  // a form sent too early waits for its photos; one that failed is named, never silently left behind
  function holdBack(event) {
    if (going.size) {
      event.preventDefault();
      event.stopImmediatePropagation();
      says.textContent = input.dataset.going;
      const submitter = event.submitter;
      submitter?.classList.add("is-busy");
      Promise.allSettled([...going]).then(() => {
        submitter?.classList.remove("is-busy");
        form.requestSubmit(submitter);
      });
    } else if (broken.size && !("keep" in form.dataset && [...broken].every((one) => one.canAgain))) {
      event.preventDefault();
      event.stopImmediatePropagation();
      says.textContent = input.dataset.unsent;
      field.scrollIntoView({ block: "center" });
    }
  }

  function take(file) {
    const tile = tileOf(file);
    tiles.insertBefore(tile.element, add);
    tile.send();
  }

  function tileOf(file) {
    const element = make("span", "photo photo--chosen");
    const bar = make("progress", "photo-bar");
    bar.max = 1;
    bar.setAttribute("aria-label", `${file.name}: ${input.dataset.going}`);
    const words = make("span", "photo-why");
    const again = make("button", "photo-again");
    again.type = "button";
    again.textContent = input.dataset.again;
    element.append(file.type.startsWith("image/") ? pictureOf(file) : nameOf(file), bar, remover());
    const tile = { element, send, canAgain: true };
    again.addEventListener("click", send);
    return tile;

    function send() {
      broken.delete(tile);
      element.classList.remove("is-broken");
      words.remove();
      again.remove();
      bar.hidden = false;
      bar.removeAttribute("value");
      const sent = shrunk(file, mayPlace())
        .then((small) => {
          element.photo = small; // for the outbox, should there be no network
          return sendUp(small, (share) => (bar.value = share));
        })
        .then(arrived, failed);
      going.add(sent);
      sent.finally(() => going.delete(sent));
    }

    function arrived({ token }) {
      bar.hidden = true;
      if (!element.isConnected) return;
      const kept = make("input", "");
      kept.type = "hidden";
      kept.name = `${input.name}.kept`;
      kept.value = token;
      element.append(kept);
      says.textContent = "";
    }

    function failed(reason) {
      bar.hidden = true;
      if (!element.isConnected) return;
      broken.add(tile);
      element.classList.add("is-broken");
      tile.canAgain = reason.again;
      words.textContent = reason.why || (navigator.onLine ? input.dataset.broke : input.dataset.waits);
      element.append(words);
      if (reason.again) element.append(again);
      says.textContent = `${file.name}: ${words.textContent}`;
    }

    function remover() {
      const button = make("button", "rm");
      button.type = "button";
      button.setAttribute("aria-label", `${input.dataset.remove}: ${file.name}`);
      button.textContent = "×";
      button.addEventListener("click", () => {
        element.remove();
        broken.delete(tile);
        says.textContent = "";
        input.focus();
      });
      return button;
    }
  }

  async function sendUp(file, progress) {
    const body = new FormData();
    body.append("file", file, file.name);
    if (mayPlace()) body.append("place", "yes");
    const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value };
    const answer = await post(input.dataset.upload, body, { headers, type: "json", progress }).catch(() => null);
    if (answer?.status === 200 && answer.response) return answer.response;
    throw Object.assign(new Error("not taken"), { why: answer?.response?.why, again: answer?.status !== 422 });
  }
}

// the right way up, at most 1600 px; what the browser can't draw (a document, a strange format) goes as it is
async function shrunk(file, placed) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST_PX / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size <= GOOD_ENOUGH_BYTES) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!small || small.size >= file.size) return file;
    return new File(placed ? await withPlace(file, small) : [small], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch {
    return file;
  }
}

function pictureOf(file) {
  const picture = make("img", "");
  picture.alt = file.name;
  picture.src = URL.createObjectURL(file);
  picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
  return picture;
}

function nameOf(file) {
  const name = make("span", "photo-name");
  name.textContent = file.name;
  return name;
}

function make(tag, classes) {
  const element = document.createElement(tag);
  if (classes) element.className = classes;
  return element;
}

function fill(words, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), words);
}
