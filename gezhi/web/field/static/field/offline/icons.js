// Drawings of the sprite, as the server's pages have them.

const SVG = "http://www.w3.org/2000/svg";

export function drawing(name, classes) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", classes);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

export const lamp = (light) => drawing(`lamp-${light}`, `lamp lamp--${light}`);
export const icon = (name) => drawing(`i-${name}`, "i i--s");
