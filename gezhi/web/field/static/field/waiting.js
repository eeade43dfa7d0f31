// How much waits, in the dock: asked when the page opens, when the phone wakes up, and once a minute while it is seen.

const EVERY_MS = 60_000;
const LEAST_MS = 30_000;
const KEPT = "field.waiting";

export function startWaiting(dock) {
  const links = dock.querySelectorAll("a");
  const [today, me] = [links[0], links[links.length - 1]];
  const fresh = document.querySelector("[data-fresh]");
  let asked = 0;
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (kept) show(kept);

  async function ask() {
    if (document.visibilityState !== "visible" || Date.now() - asked < LEAST_MS) return;
    asked = Date.now();
    try {
      const answer = await fetch(dock.dataset.counts, { headers: { "Gezhi-Background": "1" } });
      if (!answer.ok) return;
      const counts = await answer.json();
      sessionStorage.setItem(KEPT, JSON.stringify(counts));
      show(counts);
      if (fresh) fresh.hidden = counts.waiting === Number(fresh.dataset.fresh);
    } catch {
      // no network: what is shown stays, and it is asked again later
    }
  }

  function show({ waiting, late, unread }) {
    mark(today, waiting, late > 0, dock.dataset.says);
    mark(me, unread, false, dock.dataset.unread);
  }

  ask();
  setInterval(ask, EVERY_MS);
  document.addEventListener("visibilitychange", ask);
  window.addEventListener("online", ask);
}

function mark(link, n, late, says) {
  let count = link.querySelector(".count");
  if (!n) return count?.remove();
  if (!count) {
    count = document.createElement("span");
    count.className = "count";
    link.append(count);
  }
  count.textContent = n > 99 ? "99+" : n;
  count.classList.toggle("count--late", late);
  count.setAttribute("role", "img");
  count.setAttribute("aria-label", says.replace("{n}", n));
}
