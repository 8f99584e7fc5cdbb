/* How two versions of a text differ, as tables: what differs is told by its sign and not by colour alone. */
import { element, size } from "/dom.js";

const KINDS = {
  none: "nothing", text: "a text", binary: "no text", large: "too large to be shown", annexed: "a large file, kept beside git",
  repository: "another git repository",
};

function kind(side) {
  return KINDS[side.kind] + (side.size >= 0 ? " (" + size(side.size) + ")" : "");
}

/* Why there are no lines to show; null if there are. */
function instead(diff, from, to) {
  if (diff.same) return "Both are the same, byte for byte" + (diff.to.kind === "text" ? "." : ": " + kind(diff.to) + ".");
  if (diff.hunks.length > 0) return null;
  return "They differ, but cannot be shown line by line: " + from + " is " + kind(diff.from) + ", " + to + " is " + kind(diff.to) + ".";
}

/* An end of line of another sort would differ without being seen. */
function visible(line) {
  return line.slice(1).replace(/\r$/, "␍") || "\u00a0";
}

function span(label, sign) {
  return element("td", { class: "sign" }, element("span", { role: "img", "aria-label": label }, sign));
}

function sign(line, added = "added", removed = "removed") {
  if (line[0] === "+") return span(added, "+");
  if (line[0] === "-") return span(removed, "−");
  return element("td", { class: "sign" });
}

const CLASSES = { "+": "added", "-": "removed", "\\": "quiet" };

function unifiedRows(hunk) {
  let from = hunk.fromLine;
  let to = hunk.toLine;
  return hunk.lines.map((line) => {
    const row = element("tr", { class: CLASSES[line[0]] },
      element("td", { class: "number" }, line[0] === " " || line[0] === "-" ? String(from) : ""),
      element("td", { class: "number" }, line[0] === " " || line[0] === "+" ? String(to) : ""),
      sign(line), element("td", { class: "code" }, visible(line)));
    if (line[0] === " " || line[0] === "-") from++;
    if (line[0] === " " || line[0] === "+") to++;
    return row;
  });
}

function table(caption, head, kinds, hunks, rows) {
  return element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": caption },
    element("table", { class: "diff" }, element("caption", {}, caption),
      element("colgroup", {}, kinds.map((kind) => element("col", { class: kind }))),
      element("thead", {}, element("tr", {}, head)),
      hunks.map((hunk, index) => element("tbody", {},
        index > 0 && element("tr", { class: "gap" }, element("td", { colspan: kinds.length }, "⋯")), rows(hunk)))));
}

const cut = () => element("p", { class: "quiet" }, "There is more; only the beginning is shown.");

/* One column, with signs, as git shows it. */
export function unified(diff, from, to) {
  const said = instead(diff, from, to);
  if (said) return element("p", {}, said);
  return element("div", {},
    table("What " + to + " has (+) and " + from + " has not, and the other way round (−)",
      ["Old", "New", "±", "Text"].map((name) => element("th", { scope: "col" }, name)), ["number", "number", "sign", "code"], diff.hunks, unifiedRows),
    diff.cut && cut());
}

/* Pairs of lines: what was removed beside what was added in its place. */
function pairs(hunk) {
  const rows = [];
  let left = [];
  let right = [];
  let from = hunk.fromLine;
  let to = hunk.toLine;
  const flush = () => {
    for (let i = 0; i < Math.max(left.length, right.length); i++) rows.push([left[i], right[i]]);
    left = [];
    right = [];
  };
  for (const line of hunk.lines) {
    if (line[0] === "-") left.push([from++, line]);
    else if (line[0] === "+") right.push([to++, line]);
    else if (line[0] === " ") {
      flush();
      rows.push([[from++, line], [to++, line]]);
    }
  }
  flush();
  return rows;
}

function half(cell) {
  if (!cell) return [element("td", { class: "number" }), element("td", { class: "sign" }), element("td", { class: "code none" })];
  const [number, line] = cell;
  const colour = CLASSES[line[0]];
  const cells = [element("td", { class: "number" }, String(number)), sign(line, "only here", "only here"), element("td", { class: "code" }, visible(line))];
  cells.forEach((one) => colour && one.classList.add(colour));
  return cells;
}

/* Two columns, the same lines at the same height. */
export function beside(diff, from, to) {
  const said = instead(diff, from, to);
  if (said) return element("p", {}, said);
  return element("div", {},
    table("Left: " + from + ". Right: " + to + ".",
      [element("th", { scope: "colgroup", colspan: 3 }, from), element("th", { scope: "colgroup", colspan: 3 }, to)], ["number", "sign", "code", "number", "sign", "code"], diff.hunks,
      (hunk) => pairs(hunk).map(([one, two]) => element("tr", {}, half(one), half(two)))),
    diff.cut && cut());
}

/* Whether all lines of both texts are among those shown with so many around each difference. */
export function isWhole(diff, context) {
  if (diff.hunks.length !== 1 || diff.hunks[0].fromLine > 1) return false;
  const lines = diff.hunks[0].lines;
  return lines.length <= context || lines.slice(-context).some((line) => line[0] !== " ");
}

/* The address of a version's bytes. */
function contentOf(folder, path, commit) {
  return "/api/history/content?" + new URLSearchParams({ folder, path, commit });
}

export function download(folder, path, commit, label) {
  return element("a", { class: "button", href: contentOf(folder, path, commit), download: path.slice(path.lastIndexOf("/") + 1), "aria-label": "Download " + label },
    "Download");
}

/* A version that is a picture, to be seen; null if it is none. */
export function picture(folder, path, commit, label) {
  return /\.(png|jpe?g|gif|webp)$/i.test(path)
    ? element("img", { class: "picture", src: contentOf(folder, path, commit), alt: label, loading: "lazy" }) : null;
}

/* The address that a diff is got from. */
export function source(folder, path, parameters) {
  return "/api/history/diff?" + new URLSearchParams({ folder, path, ...parameters });
}
