// Photos chosen one after the other add up, show themselves and can be taken back before they are sent.

export function startPhotos(input) {
  const tiles = input.closest(".field").querySelector("[data-photos]");
  const add = tiles.querySelector(".photo--add");
  let chosen = [];

  input.addEventListener("change", takeChosen);
  if (input.files.length) takeChosen(); // chosen while this script was on its way, or kept by the browser

  function takeChosen() {
    chosen = [...chosen, ...input.files];
    draw();
  }

  function draw() {
    const box = new DataTransfer();
    for (const file of chosen) box.items.add(file);
    input.files = box.files;
    for (const tile of tiles.querySelectorAll(".photo--chosen")) tile.remove();
    for (const file of chosen) tiles.insertBefore(tileOf(file), add);
  }

  function tileOf(file) {
    const tile = document.createElement("span");
    tile.className = "photo photo--chosen";
    tile.append(file.type.startsWith("image/") ? pictureOf(file) : nameOf(file), removerOf(file));
    return tile;
  }

  function pictureOf(file) {
    const picture = document.createElement("img");
    picture.alt = file.name;
    picture.src = URL.createObjectURL(file);
    picture.addEventListener("load", () => URL.revokeObjectURL(picture.src), { once: true });
    return picture;
  }

  function nameOf(file) {
    const name = document.createElement("span");
    name.className = "photo-name";
    name.textContent = file.name;
    return name;
  }

  function removerOf(file) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "rm";
    button.setAttribute("aria-label", `${input.dataset.remove}: ${file.name}`);
    button.textContent = "×";
    button.addEventListener("click", () => {
      chosen = chosen.filter((one) => one !== file);
      draw();
      input.focus();
    });
    return button;
  }
}
