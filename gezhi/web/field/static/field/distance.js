// How far each case is, worked out here: the worker's position is used for this page and goes nowhere.

const EARTH_M = 6_371_000;
const URGENT_FIRST = ["red", "yellow", "green", "paused", "done"];

export function startDistance(button) {
  if (!("geolocation" in navigator)) return;
  button.hidden = false;
  const says = button.querySelector("span");
  const locate = () => {
    says.textContent = button.dataset.waiting;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        says.textContent = button.dataset.found;
        for (const list of document.querySelectorAll("[data-tasks]")) sort(list, [coords.longitude, coords.latitude]);
      },
      () => {
        says.textContent = button.dataset.failed;
      },
      { enableHighAccuracy: false, maximumAge: 120_000, timeout: 15_000 },
    );
  };
  button.addEventListener("click", locate);
  // who has allowed it before is not asked to press
  navigator.permissions?.query({ name: "geolocation" }).then(({ state }) => state === "granted" && locate());
}

function sort(list, here) {
  const rows = [...list.children].map((row, place) => ({ row, place, metres: metresTo(row, here) }));
  for (const { row, metres } of rows) {
    const far = row.querySelector("[data-far]");
    far.hidden = metres === null;
    far.textContent = metres === null ? "" : say(metres);
  }
  rows.sort((one, other) => light(one) - light(other) || (one.metres ?? 1e9) - (other.metres ?? 1e9) || one.place - other.place);
  list.append(...rows.map(({ row }) => row));
}

function light({ row }) {
  return URGENT_FIRST.indexOf(row.dataset.light);
}

function metresTo(row, [lon, lat]) {
  if (!row.dataset.at) return null;
  const [lon2, lat2] = row.dataset.at.split(",").map(Number);
  const rad = Math.PI / 180;
  const half = Math.sin(((lat2 - lat) * rad) / 2) ** 2 + Math.cos(lat * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon) * rad) / 2) ** 2;
  return 2 * EARTH_M * Math.asin(Math.sqrt(half));
}

function say(metres) {
  const unit = metres < 1000 ? "meter" : "kilometer";
  const n = metres < 1000 ? Math.round(metres / 10) * 10 : metres / 1000;
  return new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: metres < 1000 ? 0 : 1 }).format(n);
}
