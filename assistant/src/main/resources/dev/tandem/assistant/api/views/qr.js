/* A QR code as a drawing. */
const SVG = "http://www.w3.org/2000/svg";

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

/* rows of "0" and "1", dark; black on white in both colour schemes, as many readers take nothing else */
export function qr({ margin, rows }, label) {
  const side = rows.length + 2 * margin;
  const made = drawn("svg", { class: "qr", viewBox: "0 0 " + side + " " + side, role: "img", "aria-label": label, "shape-rendering": "crispEdges" });
  const dark = rows.flatMap((row, y) => [...row].map((module, x) => module === "1" ? "M" + (x + margin) + " " + (y + margin) + "h1v1h-1z" : ""));
  made.append(drawn("rect", { width: side, height: side, fill: "#fff" }), drawn("path", { d: dark.join(""), fill: "#000" }));
  return made;
}
