// Elements in one line: make("button", { class: "x", onclick: f }, "text", child).
const SVG = "http://www.w3.org/2000/svg";

export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

// One of the client's icons; `name` is its class, such as SvgAudioMute.
export function icon(name, path) {
  const svg = fill(document.createElementNS(SVG, "svg"), { class: name, viewBox: "0 0 24 24", "aria-hidden": "true" }, []);
  svg.append(fill(document.createElementNS(SVG, "path"), { d: path, fill: "currentColor" }, []));
  return svg;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function text(key) {
  const found = window.ZoomStrings[`apac.${key}`];
  if (found === undefined) throw new Error(`no string for ${key}`);
  return found;
}

export function initials(name) {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = (word) => [...(word ?? "")][0] ?? "";
  return (words.length > 1 ? first(words[0]) + first(words.at(-1)) : first(words[0])).toUpperCase();
}

export const wait = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
