// A photo made small before it goes over the air. Where it was taken stays with it: the server reads that, then drops it.

import { withPlace } from "../gezhi/exif.js";

const LONGEST = 1920;
const SMALL_ENOUGH = 600_000;

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
    return new File(await withPlace(file, small), file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    // a picture that this browser can't read: the server looks at it as it is
    return file;
  }
}
