// A search box over a list that is already on the page.

export function startFiltering(box) {
  const list = document.getElementById(box.dataset.filterList);
  const none = document.getElementById(`${box.dataset.filterList}-none`);
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("input", narrow);
  if (box.value) narrow(); // written while this script was on its way, or kept by the browser

  function narrow() {
    const words = box.value.trim().toLowerCase();
    let shown = 0;
    for (const entry of list.querySelectorAll("[data-words]")) {
      const fits = entry.dataset.words.toLowerCase().includes(words);
      entry.hidden = !fits;
      shown += fits;
    }
    for (const group of list.querySelectorAll("details")) {
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
      if (words) group.open = !group.hidden;
    }
    for (const part of document.querySelectorAll("[data-unless-filtered]")) part.hidden = words !== "";
    if (none) none.hidden = shown > 0;
  }
}
