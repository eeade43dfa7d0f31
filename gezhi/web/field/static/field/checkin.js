// Where one stands is asked for once, at the press of “begin”; what the phone does not give within seconds is left out.

const PATIENCE_MS = 8_000;

for (const form of document.querySelectorAll("[data-checkin]")) form.addEventListener("submit", locate);

function locate(event) {
  const form = event.currentTarget;
  if (form.dataset.located) return;
  form.dataset.located = "geolocation" in navigator ? "" : "none";
  if (form.dataset.located) return;
  event.preventDefault();
  form.querySelector("[data-say]").textContent = form.dataset.waiting;
  form.querySelector("button").disabled = true;
  const go = () => {
    form.dataset.located = "yes";
    form.querySelector("button").disabled = false;
    delete form.dataset.sent;
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
  };
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.lon.value = coords.longitude.toFixed(6);
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      go();
    },
    go,
    { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 15_000 },
  );
}
