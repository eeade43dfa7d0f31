// A photo made small before it goes over the air. Where it was taken stays with it: the server reads that, then drops it.

const LONGEST = 1920;
const SMALL_ENOUGH = 600_000;
const HEAD = 131_072;

export async function shrink(file) {
  if (!/^image\/(jpeg|png|webp|hei[cf])$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale === 1 && file.size < SMALL_ENOUGH) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    if (!small || small.size >= file.size) return file;
    const place = file.type === "image/jpeg" ? exifOf(await file.slice(0, HEAD).arrayBuffer()) : null;
    const parts = place ? [small.slice(0, 2), place, small.slice(2)] : [small];
    return new File(parts, file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    // a picture that this browser can't read: the server looks at it as it is
    return file;
  }
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
