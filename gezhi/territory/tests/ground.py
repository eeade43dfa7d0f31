"""Made-up ground for the tests: boards of squares, and files of them."""

import json
from pathlib import Path
from typing import Any

import shapely

WEST, SOUTH, SIDE = 103.5, 29.4, 0.01


def square(column: float, row: float, width: float = 1.0, height: float = 1.0) -> Any:
    """Return a square of about a kilometre on a board."""
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    return shapely.box(west, south, west + width * SIDE, south + height * SIDE)


def board(columns: int, rows: int) -> dict[str, Any]:
    """Return squares by free code, `c<column>r<row>`."""
    return {f"c{c}r{r}": square(c, r) for c in range(columns) for r in range(rows)}


def geojson(path: Path, shapes: dict[str, Any], **columns: dict[str, str]) -> Path:
    """Write shapes as GeoJSON with a code, a name, and further columns by code."""
    features = []
    for code, shape in shapes.items():
        properties = {"code": code, "name": f"名{code}"} | {name: column[code] for name, column in columns.items()}
        geometry = json.loads(shapely.to_geojson(shape)) if shape is not None else None
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path
