// Sending with an end to the waiting: a network that swallows what it is given is none. As long as bytes go up it is
// waited for, however slow they are; after that an answer has so long to come.

export const PATIENCE_MS = 20_000;

// a signal that ends a `fetch`; older phones have no `AbortSignal.timeout`
export function within(ms) {
  if (AbortSignal.timeout) return AbortSignal.timeout(ms);
  const end = new AbortController();
  setTimeout(() => end.abort(), ms);
  return end.signal;
}

export class NoAnswer extends Error {}

// returns the request when it has an answer, whatever it says; throws `NoAnswer` where none came
export function post(address, body, { headers = {}, type = "", progress = () => {}, patience = PATIENCE_MS } = {}) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    let timer = 0;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => request.abort(), patience);
    };
    const end = (work) => () => {
      clearTimeout(timer);
      work();
    };
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.responseType = type;
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      wait();
      progress(loaded / total);
    });
    request.addEventListener("progress", wait);
    request.addEventListener("load", end(() => done(request)));
    for (const name of ["error", "abort"]) request.addEventListener(name, end(() => fail(new NoAnswer(name))));
    wait();
    request.send(body);
  });
}

// a form that is sent by a script: where to go on; null where the page itself must say what was wrong
export async function postForm(form) {
  const answer = await post(form.getAttribute("action") || window.location.href, new FormData(form), { headers: { Accept: "application/json" } });
  if (answer.status >= 502) throw new NoAnswer(String(answer.status)); // a gateway in between that fails is no answer of ours
  if (answer.status !== 200 || !answer.getResponseHeader("Content-Type")?.includes("json")) return null;
  return JSON.parse(answer.responseText).to;
}

// a page that did not come by HTTPS has no `randomUUID`
export function newKey() {
  return crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// made once for what was written: other words, or a page that came back from the browser's memory, are another matter
export function giveKey(form) {
  const said = new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === "string" && !["key", "csrfmiddlewaretoken"].includes(name))).toString();
  let box = form.querySelector(":scope > [name=key]");
  if (!box) form.append((box = Object.assign(document.createElement("input"), { type: "hidden", name: "key" })));
  if (!box.value || (form.dataset.said ?? said) !== said) box.value = newKey();
  form.dataset.said = said;
  window.addEventListener("pageshow", ({ persisted }) => persisted && (box.value = ""), { once: true });
}
