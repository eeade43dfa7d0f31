// Drawing on a map: a line that cuts, or a border with its corners to drag. The form's text field holds the same points.

import * as maplibre from "../vendor/maplibre-gl.mjs";
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawSelectMode } from "../vendor/terra-draw.mjs";
import { TerraDrawMapLibreGLAdapter } from "../vendor/terra-draw-maplibre.mjs";

const DIGITS = 7;

export function startDrawing(map, holder, areas, colour) {
  const field = document.getElementById(holder.dataset.form).elements.points;
  const mode = holder.dataset.mode === "line" ? lineMode(colour) : shapeMode(colour);
  const draw = new TerraDraw({ adapter: new TerraDrawMapLibreGLAdapter({ map, lib: maplibre, coordinatePrecision: DIGITS }), modes: mode.modes });
  draw.start();
  const hint = holder.querySelector("[data-hint]");
  hint.textContent = field.dataset.hint;
  hint.hidden = false;

  const show = () => {
    draw.clear();
    const points = read(field.value);
    if (points.length >= mode.least) draw.addFeatures([mode.feature(points)]);
    mode.begin(draw, points.length >= mode.least);
  };
  const keep = () => {
    const drawn = draw.getSnapshot().find(({ geometry, properties }) => geometry.type === mode.kind && !properties.midPoint);
    if (!drawn) return;
    const points = mode.kind === "Polygon" ? drawn.geometry.coordinates[0].slice(0, -1) : drawn.geometry.coordinates;
    field.value = points.map((point) => point.map((degree) => degree.toFixed(DIGITS)).join(", ")).join("\n");
    field.dispatchEvent(new CustomEvent("gezhi:drawn", { bubbles: true }));
  };
  draw.on("finish", () => {
    keep();
    mode.begin(draw, true);
  });
  field.addEventListener("change", show);
  document.querySelector("[data-redo]")?.addEventListener("click", () => {
    field.value = field.defaultValue;
    field.dispatchEvent(new CustomEvent("gezhi:drawn", { bubbles: true }));
    show();
  });
  show();
  holder.dataset.drawing = "yes";
}

function read(text) {
  const lines = text.split("\n").map((line) => line.split(/[,，\s]+/).filter(Boolean).map(Number));
  return lines.filter((point) => point.length >= 2 && point.every(Number.isFinite)).map(([lon, lat]) => [lon, lat]);
}

const select = (colour, flags) =>
  new TerraDrawSelectMode({
    flags,
    styles: {
      selectedPolygonColor: colour("--c-accent"),
      selectedPolygonOutlineColor: colour("--c-accent"),
      selectedPolygonFillOpacity: 0.12,
      selectedLineStringColor: colour("--c-red"),
      selectedLineStringWidth: 4,
      selectionPointColor: colour("--c-surface"),
      selectionPointOutlineColor: colour("--c-accent"),
      selectionPointWidth: 5,
      selectionPointOutlineWidth: 2,
      midPointColor: colour("--c-accent"),
      midPointOutlineColor: colour("--c-surface"),
      midPointWidth: 3,
    },
  });

const corners = { feature: { draggable: false, coordinates: { midpoints: true, draggable: true, deletable: true } } };

function lineMode(colour) {
  return {
    kind: "LineString",
    least: 2,
    modes: [
      new TerraDrawLineStringMode({ styles: { lineStringColor: colour("--c-red"), lineStringWidth: 4, closingPointColor: colour("--c-red") } }),
      select(colour, { linestring: corners }),
    ],
    feature: (points) => ({ type: "Feature", geometry: { type: "LineString", coordinates: rounded(points) }, properties: { mode: "linestring" } }),
    begin: (draw, drawn) => (drawn ? choose(draw) : draw.setMode("linestring")),
  };
}

function shapeMode(colour) {
  return {
    kind: "Polygon",
    least: 3,
    modes: [new TerraDrawPolygonMode({ styles: { fillColor: colour("--c-accent"), outlineColor: colour("--c-accent") } }), select(colour, { polygon: corners })],
    feature: (points) => ({ type: "Feature", geometry: { type: "Polygon", coordinates: [[...rounded(points), rounded(points)[0]]] }, properties: { mode: "polygon" } }),
    begin: (draw) => choose(draw),
  };
}

function rounded(points) {
  return points.map((point) => point.map((degree) => Number(degree.toFixed(DIGITS))));
}

function choose(draw) {
  draw.setMode("select");
  const drawn = draw.getSnapshot().find(({ geometry }) => geometry.type !== "Point");
  if (drawn) draw.selectFeature(drawn.id);
}
