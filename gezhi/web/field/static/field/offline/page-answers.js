// What was answered on a server's page to a form of the plan, as it is kept on the phone: by the boxes that the page drew.

const NUMBERS = ["whole", "money", "decimal"];

// {answers, shots}; what is masked and was left empty stays as it is. `whole` says nothing at all as null, too
export function answersOf(form, photosOf, { whole = false } = {}) {
  const told = { answers: {}, shots: [] };
  for (const box of form.querySelectorAll("[data-field], [data-photo-input]")) {
    if (box.closest("[hidden]") && !box.matches("input")) continue;
    if (box.matches("input") && box.closest("[data-when][hidden]")) continue;
    const path = box.dataset.field ?? box.name;
    const value = box.matches("input") ? photos(box, photosOf, told.shots) : valueOf(form, box, path);
    if (value === undefined) continue;
    if (whole || !empty(value)) put(told.answers, path.split("."), empty(value) ? null : value);
  }
  for (const [name, value] of Object.entries(told.answers)) {
    if (Array.isArray(value) && value.some((one) => one && typeof one === "object")) told.answers[name] = value.filter((row) => Object.values(row ?? {}).some((one) => one !== null));
  }
  return told;
}

function put(answers, [name, n, ...rest], value) {
  if (n === undefined) answers[name] = value;
  else ((answers[name] ??= [])[Number(n)] ??= {})[rest.join(".")] = value;
}

const empty = (value) => value === null || value === "" || (Array.isArray(value) && !value.length);

function valueOf(form, box, path) {
  const all = [...box.querySelectorAll("input, select, textarea")];
  const clears = all.some((one) => one.name === `${path}.clear` && one.checked);
  const masked = all.some((one) => one.name === `${path}.clear`);
  const own = all.filter((one) => one.name === path);
  const value = read(box, own, all, path);
  return masked && !clears && empty(value) ? undefined : value;
}

function read(box, own, all, path) {
  const { kind } = box.dataset;
  const checked = own.filter((one) => one.checked).map((one) => one.value);
  if (kind === "choices") return checked;
  if (kind === "yes_no") return checked.length ? checked[0] === "yes" : null;
  if (kind === "place") return placeOf(all, path);
  const found = own.filter((one) => !["radio", "checkbox"].includes(one.type));
  const said = (checked[0] ?? found[0]?.value ?? "").trim();
  if (NUMBERS.includes(kind)) {
    const number = Number(said.replaceAll(",", ""));
    return said && Number.isFinite(number) ? number : said;
  }
  return kind === "moment" && said ? new Date(said).toISOString() : said;
}

function placeOf(all, path) {
  const part = (name) => all.find((one) => one.name === `${path}.${name}`)?.value.trim() ?? "";
  return part("lon") && part("lat") ? { lon: Number(part("lon")), lat: Number(part("lat")), ...(part("accuracy") ? { accuracy: Number(part("accuracy")) } : {}) } : null;
}

// those that stand there already have no copy here: where both are meant, only the server can put them together
function photos(input, photosOf, shots) {
  const tiles = [...input.closest(".field").querySelectorAll(".photo:not(.photo--add)")];
  const fresh = photosOf(tiles.map((tile) => tile.photo).filter(Boolean));
  if (!fresh.length) return undefined;
  if (fresh.length < tiles.length) throw new Error("photos of before");
  shots.push(...fresh);
  return fresh.map((one) => one.key);
}
