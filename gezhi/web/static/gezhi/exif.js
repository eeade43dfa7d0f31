// Where and when a JPEG says that it was taken, carried over to a smaller copy of it. The server reads it, then drops it.

const HEAD = 131_072;

// the parts of a small copy that keeps the original's place and time, if it has any
export async function withPlace(file, small) {
  const place = file.type === "image/jpeg" ? exifOf(await file.slice(0, HEAD).arrayBuffer()) : null;
  return place ? [small.slice(0, 2), place, small.slice(2)] : [small];
}

// the segment of a JPEG with place and time, its orientation set to upright (the canvas has turned the picture already)
function exifOf(buffer) {
  const view = new DataView(buffer);
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) return null;
    if (marker !== 0xe1 || view.getUint32(at + 4) !== 0x45786966) continue;
    const segment = buffer.slice(at, at + 2 + view.getUint16(at + 2));
    return upright(segment) ? segment : null;
  }
  return null;
}

function upright(segment) {
  const view = new DataView(segment);
  const tiff = 10;
  const little = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, little);
  if (directory + 2 > view.byteLength) return false;
  for (let entry = 0; entry < view.getUint16(directory, little); entry += 1) {
    const at = directory + 2 + entry * 12;
    if (at + 12 > view.byteLength) return false;
    if (view.getUint16(at, little) === 0x0112) view.setUint16(at + 8, 1, little);
  }
  return true;
}
