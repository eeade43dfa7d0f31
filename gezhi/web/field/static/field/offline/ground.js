// Which grid a point lies in, worked out on the phone from the outlines that it holds.

const DEGREE_M = 111_320;
const NEAR_M = 15;

// {grid, near}: near names the other sides when the point is next to a border
export function gridOf(point, grids) {
  const inside = grids.find((grid) => boxed(point, grid.box) && grid.outline.some((ring) => within(point, ring)));
  const near = grids
    .filter((grid) => grid !== inside && grid.box && metresTo(point, grid) < NEAR_M)
    .concat(inside ? [inside] : []);
  return { grid: inside ?? null, near: near.length > 1 ? near : [] };
}

function boxed([lon, lat], box) {
  return box && lon >= box[0] && lon <= box[2] && lat >= box[1] && lat <= box[3];
}

function within([lon, lat], ring) {
  let inside = false;
  for (let n = 0, before = ring.length - 1; n < ring.length; before = n, n += 1) {
    const [lon1, lat1] = ring[n];
    const [lon2, lat2] = ring[before];
    if (lat1 > lat !== lat2 > lat && lon < ((lon2 - lon1) * (lat - lat1)) / (lat2 - lat1) + lon1) inside = !inside;
  }
  return inside;
}

export function metresTo([lon, lat], grid) {
  const narrow = Math.cos((lat * Math.PI) / 180);
  let least = Infinity;
  for (const ring of grid.outline) {
    for (let n = 1; n < ring.length; n += 1) {
      const [x1, y1] = [(ring[n - 1][0] - lon) * narrow, ring[n - 1][1] - lat];
      const [x2, y2] = [(ring[n][0] - lon) * narrow, ring[n][1] - lat];
      const [dx, dy] = [x2 - x1, y2 - y1];
      const along = dx || dy ? Math.max(0, Math.min(1, -(x1 * dx + y1 * dy) / (dx * dx + dy * dy))) : 0;
      least = Math.min(least, Math.hypot(x1 + along * dx, y1 + along * dy) * DEGREE_M);
    }
  }
  return least;
}

// the phone's position, once, when it is asked for; never followed
export function position() {
  return new Promise((done, fail) => {
    if (!("geolocation" in navigator)) return fail(new Error("none"));
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lon: coords.longitude, lat: coords.latitude, accuracy: Math.round(coords.accuracy) }),
      fail,
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 15_000 },
    );
  });
}
