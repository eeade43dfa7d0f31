// Without a network nothing is sent and nothing is lost: the page says so, and says when the network is back.

export function startNetwork(line) {
  const show = () => (line.hidden = navigator.onLine);
  window.addEventListener("offline", show);
  window.addEventListener("online", show);
  show();
  // forms that keep what they can't send (data-offline, data-keep) look after themselves
  document.addEventListener(
    "submit",
    (event) => {
      const { offline, keep } = event.target.dataset;
      if (navigator.onLine || offline !== undefined || keep !== undefined) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      line.hidden = false;
      line.focus();
    },
    true,
  );
}
