// What a box held when the page came, and whether it holds something else: written while the scripts were on their way,
// or kept by the browser. A hidden box can't tell: its value is its default.

export function asServed(box) {
  if (box.tagName !== "SELECT") return box.defaultValue;
  return ([...box.options].find((option) => option.defaultSelected) ?? box.options[0])?.value ?? "";
}

export function touched(box) {
  return ["radio", "checkbox"].includes(box.type) ? box.checked !== box.defaultChecked : box.value !== asServed(box);
}
