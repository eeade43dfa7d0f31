// How many messages are unread, beside every link to them: asked now and then while the page is in sight, at once when
// it comes back into sight (a lid opened, a telephone woken), and rarely where the network fails.

const EVERY = 30_000;
const SLOWEST = 300_000;
const links = [...document.querySelectorAll("a[data-unread], .tabbar a[href$='/inbox']")];
let wait = EVERY;
let tag = "";
let asked = 0;
let timer = 0;

export function startPulse(address) {
  if (!links.length || !address) return;
  const ask = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    asked = Date.now();
    try {
      const answer = await fetch(address, { headers: { "Gezhi-Background": "1", ...(tag ? { "If-None-Match": tag } : {}) } });
      if (!answer.ok && answer.status !== 304) throw new Error(answer.statusText);
      wait = EVERY;
      if (answer.status === 200) {
        const told = await answer.json();
        if (told.signed_in === false) return; // signed out: nothing to ask for
        tag = answer.headers.get("ETag") ?? "";
        show(told.unread);
      }
    } catch {
      wait = Math.min(wait * 2, SLOWEST);
    }
    timer = setTimeout(ask, wait);
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && Date.now() - asked > 5000) ask();
  });
  window.addEventListener("online", ask);
  timer = setTimeout(ask, 1500);
}

function show(count) {
  for (const link of links) {
    const badge = link.querySelector(".badge") ?? link.appendChild(Object.assign(document.createElement("b"), { className: "badge" }));
    badge.hidden = count === 0;
    badge.textContent = count > 99 ? "99+" : String(count);
    const words = link.dataset.unread ?? document.querySelector("meta[name=draft-user]")?.dataset.unread ?? "";
    if (words) badge.append(Object.assign(document.createElement("span"), { className: "vh", textContent: ` ${words}` }));
  }
}
