// The map: our own areas as vectors, no tiles from anywhere. Whatever fails here, the list and the address field remain.

import * as maplibre from "../vendor/maplibre-gl.mjs";
import { touched } from "./touched.js";

const REFETCH_AFTER_MS = 150;

export function startMap(holder) {
  maplibre.setWorkerUrl(holder.dataset.worker);
  const start = JSON.parse(holder.dataset.view);
  const map = new maplibre.Map({
    container: holder.querySelector("[data-map-canvas]"),
    style: { version: 8, sources: {}, layers: [{ id: "land", type: "background", paint: { "background-color": colour("--c-map-land") } }] },
    bounds: start.bounds,
    fitBoundsOptions: { padding: 16 },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: false,
    locale: { "Map.Title": holder.getAttribute("aria-label") },
  });
  map.touchZoomRotate.disableRotation();
  map.once("load", () => {
    holder.classList.add("is-ready");
    addAreas(map, holder.dataset.areas);
    start.points?.forEach((point) => placePin(map, point));
    if (start.spots) addSpots(map, start.spots);
    if (holder.dataset.pick || holder.dataset.pickFor) startPicking(map, holder);
  });
  for (const button of holder.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => map.zoomTo(map.getZoom() + Number(button.dataset.zoom)));
  }
  return map;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function addAreas(map, address) {
  map.addSource("areas", { type: "geojson", data: { type: "FeatureCollection", features: [] } });
  const accent = colour("--c-accent");
  map.addLayer({ id: "fill", type: "fill", source: "areas", paint: { "fill-color": accent, "fill-opacity": ["case", ["get", "here"], 0.12, 0] } });
  map.addLayer({ id: "edge", type: "line", source: "areas", paint: { "line-color": accent, "line-opacity": 0.7, "line-width": ["case", ["get", "here"], 2.5, 1.2] } });
  const names = new Map();
  let waiting;
  const fetchAreas = async () => {
    const box = map.getBounds().toArray().flat().map((degree) => degree.toFixed(5)).join(",");
    const answer = await fetch(`${address}${address.includes("?") ? "&" : "?"}box=${box}`);
    if (!answer.ok) return;
    const areas = await answer.json();
    map.getSource("areas").setData(areas);
    nameAreas(map, areas, names);
  };
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(fetchAreas, REFETCH_AFTER_MS);
  });
  fetchAreas();
}

// names are elements, so that they use the page's own Chinese font
function nameAreas(map, areas, names) {
  for (const marker of names.values()) marker.remove();
  names.clear();
  for (const { properties } of areas.features) {
    if (!properties.label) continue;
    const name = document.createElement("span");
    name.className = properties.here ? "map-name map-name--here" : "map-name";
    name.textContent = properties.name;
    names.set(properties.code, new maplibre.Marker({ element: name }).setLngLat(properties.label).addTo(map));
  }
  thinOut([...names.values()].map((marker) => marker.getElement()));
}

// a name that would lie on another one is left out until the map is nearer; the area that is meant keeps its own
function thinOut(names) {
  const taken = [];
  names.sort((one, other) => other.classList.contains("map-name--here") - one.classList.contains("map-name--here"));
  for (const name of names) {
    const box = name.getBoundingClientRect();
    const covered = taken.some((has) => box.left < has.right && has.left < box.right && box.top < has.bottom && has.top < box.bottom);
    name.classList.toggle("is-covered", covered);
    if (!covered) taken.push(box);
  }
}

function placePin(map, point) {
  const marker = new maplibre.Marker({ color: colour("--c-accent") }).setLngLat(point).addTo(map);
  marker.getElement().setAttribute("aria-hidden", "true");
  return marker;
}

// many things that lead to their pages; near ones are gathered until the map is nearer. The list beside it has them all.
function addSpots(map, spots) {
  const features = spots.map(([lon, lat, name, href]) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { name, href } }));
  map.addSource("spots", { type: "geojson", data: { type: "FeatureCollection", features }, cluster: true, clusterRadius: 32, clusterMaxZoom: 16 });
  const radius = ["case", ["has", "point_count"], ["step", ["get", "point_count"], 11, 10, 15, 50, 20], 7];
  const paint = { "circle-color": colour("--c-accent"), "circle-opacity": 0.85, "circle-radius": radius, "circle-stroke-color": colour("--c-map-land"), "circle-stroke-width": 2 };
  map.addLayer({ id: "spots", type: "circle", source: "spots", paint });
  const name = document.createElement("span");
  name.className = "map-name map-name--here";
  name.setAttribute("aria-hidden", "true");
  const marker = new maplibre.Marker({ element: name, anchor: "bottom", offset: [0, -10] });
  map.on("mousemove", "spots", ({ features: [seen] }) => {
    map.getCanvas().style.cursor = "pointer";
    name.textContent = seen.properties.name ?? seen.properties.point_count;
    marker.setLngLat(seen.geometry.coordinates).addTo(map);
  });
  map.on("mouseleave", "spots", () => {
    map.getCanvas().style.cursor = "";
    marker.remove();
  });
  map.on("click", "spots", async ({ features: [seen] }) => {
    if (seen.properties.href) return location.assign(seen.properties.href);
    const zoom = await map.getSource("spots").getClusterExpansionZoom(seen.properties.cluster_id);
    map.easeTo({ center: seen.geometry.coordinates, zoom });
  });
  const counts = [];
  map.on("idle", () => countSpots(map, counts));
}

// how many a dot stands for; elements as the names are, each dot once though two tiles may hold it
function countSpots(map, counts) {
  for (const marker of counts.splice(0)) marker.remove();
  const gathered = map.queryRenderedFeatures({ layers: ["spots"] }).filter((one) => one.properties.point_count);
  for (const { geometry, properties } of new Map(gathered.map((one) => [one.properties.cluster_id, one])).values()) {
    const count = document.createElement("span");
    count.className = "map-count";
    count.setAttribute("aria-hidden", "true");
    count.textContent = properties.point_count_abbreviated;
    counts.push(new maplibre.Marker({ element: count }).setLngLat(geometry.coordinates).addTo(map));
  }
}

// one pin that follows a click or the form's lon and lat
function startPicking(map, holder) {
  const { pick, pickFor } = holder.dataset;
  const form = pick ? document.getElementById(pick) : holder.closest("form");
  const { lon, lat } = pick ? form.elements : Object.fromEntries(["lon", "lat"].map((part) => [part, document.getElementById(`${pickFor}-${part}`)]));
  let pin;
  const show = (move) => {
    if (!lon.value || !lat.value) return;
    const point = [Number(lon.value), Number(lat.value)];
    pin ??= placePin(map, point);
    pin.setLngLat(point);
    if (move) map.easeTo({ center: point, zoom: Math.max(map.getZoom(), 15) });
  };
  map.on("click", ({ lngLat }) => {
    lon.value = lngLat.lng.toFixed(6);
    lat.value = lngLat.lat.toFixed(6);
    show(false);
    form.dispatchEvent(new CustomEvent("gezhi:place"));
    if (pickFor) lon.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const one of [lon, lat]) one.addEventListener("change", () => show(true));
  show(Boolean(form.dataset.placed) || touched(lon)); // placed while the map was on its way: the map goes there
}
