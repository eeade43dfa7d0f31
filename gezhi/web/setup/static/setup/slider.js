// The slider of days: dragging says the day, letting go opens it. The list below it holds the same days as links.

const SETTLE_MS = 450;

export function startSlider(range) {
  const days = [...range.closest("section").querySelectorAll("[data-day] > a")];
  let waiting;
  const chosen = () => days[Number(range.value)];
  const say = () => {
    const words = chosen().textContent.trim().replace(/\s+/g, " ");
    range.setAttribute("aria-valuetext", words);
    for (const day of days) day.classList.toggle("is-lit", day === chosen());
  };
  const open = () => {
    if (chosen() && !chosen().hasAttribute("aria-current")) window.location.assign(chosen().href);
  };
  range.addEventListener("input", say);
  // the arrow keys change step by step: wait until they rest
  range.addEventListener("change", () => {
    clearTimeout(waiting);
    waiting = setTimeout(open, SETTLE_MS);
  });
  say();
}
