// Without a network nothing is sent and nothing is lost: the page says so, and says when the network is back.

export function startNetwork(line) {
  const show = () => (line.hidden = navigator.onLine);
  window.addEventListener("offline", show);
  window.addEventListener("online", show);
  show();
  // forms that keep what they can't send (data-offline) look after themselves
  document.addEventListener(
    "submit",
    (event) => {
      if (navigator.onLine || "offline" in event.target.dataset) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      line.hidden = false;
      line.focus();
    },
    true,
  );
}
