// Signing in again without leaving the page. Who has a second factor goes to the page for it.

import { word } from "./words.js";

export async function signIn(state) {
  const box = document.getElementById("sign-in");
  box.querySelector("[data-says]").textContent = word(`say-${state}`);
  for (;;) {
    box.returnValue = "";
    box.showModal();
    await new Promise((done) => box.addEventListener("close", done, { once: true }));
    if (box.returnValue !== "in") return false;
    if (await attempt(box.querySelector("form"))) {
      box.querySelector("[data-wrong]").hidden = true;
      box.querySelector("form").reset();
      return true;
    }
    box.querySelector("[data-wrong]").hidden = false;
  }
}

// the form of the sign-in page itself, with its own token
async function attempt(form) {
  try {
    const page = new DOMParser().parseFromString(await (await fetch("/login")).text(), "text/html");
    const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!token) return true; // signed in already, in another tab
    const body = new FormData(form);
    body.set("csrfmiddlewaretoken", token);
    body.set("next", "/account/session");
    const answer = await fetch("/login", { method: "POST", body });
    if (new URL(answer.url).pathname === "/login/code") {
      location.assign("/login/code");
      return false;
    }
    return new URL(answer.url).pathname === "/account/session";
  } catch {
    return false;
  }
}
