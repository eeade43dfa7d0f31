// One map: shapes from an address, names, the list's rows lit with the shapes, areas picked, lines and borders drawn.

import * as maplibre from "../vendor/maplibre-gl.mjs";

const PADDING = 24;

export async function startGround(holder) {
  maplibre.setWorkerUrl(holder.dataset.worker);
  const areas = holder.dataset.shapes ? JSON.parse(holder.dataset.shapes) : await fetchShapes(holder.dataset.src);
  const points = JSON.parse(holder.dataset.points ?? "[]");
  const bounds = boundsOf(areas, points, holder.dataset.mode === "pick");
  if (!bounds) {
    holder.hidden = true;
    return;
  }
  const map = new maplibre.Map({
    container: holder.querySelector("[data-map-canvas]"),
    style: { version: 8, sources: {}, layers: [{ id: "land", type: "background", paint: { "background-color": colour("--c-map-land") } }] },
    bounds,
    fitBoundsOptions: { padding: PADDING },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
  });
  map.touchZoomRotate.disableRotation();
  map.getCanvas().setAttribute("aria-label", holder.getAttribute("aria-label"));
  map.on("error", (event) => console.warn(event.error));
  map.once("load", async () => {
    addLayers(map, areas);
    nameAreas(map, areas);
    placePoints(map, points);
    light(map, areas);
    const mode = holder.dataset.mode;
    if (mode === "look") goOnClick(map);
    if (mode === "pick") pickOnClick(map, holder, areas);
    if (mode === "line" || mode === "shape") {
      const drawing = await import("./drawing.js");
      drawing.startDrawing(map, holder, areas, colour);
    }
    holder.classList.add("is-ready");
  });
  for (const button of holder.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => map.zoomTo(map.getZoom() + Number(button.dataset.zoom)));
  }
  holder.querySelector("[data-fit]")?.addEventListener("click", () => map.fitBounds(bounds, { padding: PADDING }));
}

async function fetchShapes(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`the map's shapes answered ${answer.status}`);
  return answer.json();
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function boundsOf(areas, points, whole) {
  const box = new maplibre.LngLatBounds();
  const add = (part) => (typeof part[0] === "number" ? box.extend(part) : part.forEach(add));
  // what lies beside is drawn, but the map is made for what it is about
  for (const { geometry, properties } of areas.features) if (whole || properties.mark !== "beside") add(geometry.coordinates);
  for (const { lon, lat } of points) box.extend([lon, lat]);
  return box.isEmpty() ? null : box;
}

function addLayers(map, areas) {
  map.addSource("areas", { type: "geojson", data: areas, promoteId: "code" });
  const accent = colour("--c-accent");
  const red = colour("--c-red");
  const line = ["match", ["get", "mark"], "beside", colour("--c-edge"), "bad", red, accent];
  const fill = ["match", ["get", "mark"], "beside", colour("--c-edge"), "bad", red, accent];
  const state = (name) => ["boolean", ["feature-state", name], false];
  const opacity = [
    "case",
    state("picked"), 0.35,
    state("lit"), 0.22,
    ["match", ["get", "mark"], "changed", 0.22, "new", 0.14, "bad", 0.2, "beside", 0.03, 0.06],
  ];
  map.addLayer({ id: "fill", type: "fill", source: "areas", paint: { "fill-color": fill, "fill-opacity": opacity } });
  const width = ["case", state("picked"), 3, state("lit"), 2.5, ["match", ["get", "mark"], "changed", 2.5, "bad", 2.5, "beside", 0.8, 1.3]];
  map.addLayer({ id: "edge", type: "line", source: "areas", layout: { "line-join": "round" }, paint: { "line-color": line, "line-width": width } });
}

// names are elements, so that they use the page's own Chinese font
function nameAreas(map, areas) {
  const named = areas.features.filter(({ properties }) => properties.label);
  const markers = named.map(({ properties }) => {
    const name = document.createElement("span");
    name.className = "map-name";
    name.textContent = properties.name;
    return new maplibre.Marker({ element: name }).setLngLat(properties.label).addTo(map);
  });
  const thinOut = () => {
    const taken = [];
    for (const marker of markers) {
      const name = marker.getElement();
      const box = name.getBoundingClientRect();
      const covered = taken.some((has) => box.left < has.right && has.left < box.right && box.top < has.bottom && has.top < box.bottom);
      name.classList.toggle("is-covered", covered);
      if (!covered) taken.push(box);
    }
  };
  map.on("moveend", thinOut);
  thinOut();
}

function placePoints(map, points) {
  for (const point of points) {
    const mark = document.createElement("span");
    mark.className = point.note ? "map-mark map-mark--note" : "map-mark";
    mark.textContent = point.label;
    mark.title = point.says ?? "";
    new maplibre.Marker({ element: mark }).setLngLat([point.lon, point.lat]).addTo(map);
    const row = document.querySelector(`[data-point="${point.label}"]`);
    row?.addEventListener("click", () => map.easeTo({ center: [point.lon, point.lat], zoom: Math.max(map.getZoom(), 15) }));
  }
}

// a shape under the pointer lights its row, and a row its shape
function light(map, areas) {
  const rows = (code) => document.querySelectorAll(`[data-code="${CSS.escape(code)}"]`);
  let lit = null;
  const set = (code, scrolled) => {
    if (lit === code) return;
    if (lit !== null) {
      map.setFeatureState({ source: "areas", id: lit }, { lit: false });
      for (const row of rows(lit)) row.classList.remove("is-lit");
    }
    lit = code;
    if (code === null) return;
    map.setFeatureState({ source: "areas", id: code }, { lit: true });
    if (scrolled) for (const row of rows(code)) row.classList.add("is-lit");
  };
  map.on("mousemove", "fill", ({ features }) => set(features[0].properties.code, true));
  map.on("mouseleave", "fill", () => set(null));
  for (const { properties } of areas.features) {
    for (const row of rows(properties.code)) {
      row.addEventListener("mouseenter", () => set(properties.code));
      row.addEventListener("mouseleave", () => set(null));
      row.addEventListener("focusin", () => set(properties.code));
      row.addEventListener("focusout", () => set(null));
    }
  }
}

function goOnClick(map) {
  map.on("click", "fill", ({ features }) => {
    if (features[0].properties.go) window.location.assign(features[0].properties.go);
  });
  map.on("mouseenter", "fill", () => (map.getCanvas().style.cursor = "pointer"));
  map.on("mouseleave", "fill", () => (map.getCanvas().style.cursor = ""));
}

// a click on a shape ticks its box in the form; the box is the truth
function pickOnClick(map, holder, areas) {
  const form = document.getElementById(holder.dataset.form);
  const box = (code) => form.querySelector(`input[type=checkbox][value="${CSS.escape(code)}"]`);
  const show = () => {
    for (const { properties } of areas.features) {
      map.setFeatureState({ source: "areas", id: properties.code }, { picked: Boolean(box(properties.code)?.checked) });
    }
  };
  map.on("click", "fill", ({ features }) => {
    const found = box(features[0].properties.code);
    if (!found || found.disabled) return;
    found.checked = !found.checked;
    found.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.addEventListener("change", show);
  show();
}
