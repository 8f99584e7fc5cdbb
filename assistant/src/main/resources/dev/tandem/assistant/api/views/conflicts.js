/* Files of which a merge has kept several versions, side by side, and what settles that. */
import { button, element, labelled, redraw, size, when } from "/dom.js";
import { beside, download, isWhole, picture, source } from "/views/diff.js";

export const id = "conflicts";
export const title = "Conflicts";

/* More lines around a difference than any text has that is shown. */
const WHOLE = 1000000;

export async function show(place, parameters, api) {
  const list = element("div", {});
  place.append(element("p", { class: "quiet" },
    "Where two devices changed the same part of a file, Tandem keeps both versions. Nothing is lost by settling it: all versions stay in the history."), list);
  const folder = parameters.get("folder");
  const load = async () => {
    const all = await api.get("/api/conflicts" + (folder ? "?" + new URLSearchParams({ folder }) : ""));
    // what else is committed meanwhile is no reason to take the page from under somebody who reads
    redraw(list, { ...all, conflicts: all.conflicts.map((one) => ({ ...one, head: "" })) }, () => all.conflicts.length === 0
      ? [element("p", { class: "card" }, "No file is in conflict.")]
      : [all.conflicts.map((one) => card(one, api, load)), all.complete ? [] : element("p", {}, "There are more: settle some of these first.")].flat());
  };
  await load();
  api.onEntry((entry) => {
    if (["conflict", "conflict-settled", "merge-undone"].includes(entry.type)) load();
  });
}

function name(side) {
  return (side.by ? side.by + "’s version" : "a version") + (side.variant ? " (the variant)" : "");
}

function shown(conflict, names = {}) {
  return conflict.sides.map((side) => ({ path: side.path, id: side.id, name: names[side.path] || null }));
}

function sidePart(conflict, side, api, again) {
  const keep = button("Keep this", async () => {
    await api.post("/api/conflicts/keep", { folder: conflict.folder, path: conflict.path, keep: side.path, sides: shown(conflict) });
    await again();
    return conflict.path + " is settled. The other version is in its history.";
  }, { class: "main", "aria-label": "Keep this: " + name(side) + " of " + conflict.path });
  return element("section", {},
    element("h3", {}, side.by ? "By " + side.by : "By a device that recent history does not tell"),
    element("p", {}, side.time && [when(side.time), ", "], side.size < 0 ? "size not known" : size(side.size),
      element("br"), element("span", { class: "code" }, side.path.slice(side.path.lastIndexOf("/") + 1))),
    picture(conflict.folder, side.path, conflict.head, name(side)),
    element("p", { class: "buttons" }, keep, download(conflict.folder, side.path, conflict.head, name(side))));
}

function difference(conflict, one, two, api) {
  const place = element("div", {}, element("p", { class: "quiet" }, "Comparing …"));
  const load = async (context) => {
    const diff = await api.get(source(conflict.folder, two.path, { fromPath: one.path, from: conflict.head, to: conflict.head, context }));
    const whole = diff.hunks.length > 0 && context < WHOLE && !isWhole(diff, context) && button("Show the whole text", () => load(WHOLE));
    place.replaceChildren(beside(diff, name(one), name(two)), whole ? element("p", { class: "buttons" }, whole) : "");
  };
  load(3).catch((e) => { if (e.name !== "AbortError") place.replaceChildren(element("p", { class: "failure", role: "alert" }, e.message)); });
  return place;
}

function both(conflict, api, again) {
  const variants = conflict.sides.filter((side) => side.variant);
  const fields = variants.map((side) => {
    const field = labelled(variants.length > 1 ? "New name for " + name(side) : "Its new name", element("input", { type: "text", autocomplete: "off", spellcheck: "false" }),
      "Empty: a free name, such as “name (2)”.");
    field.side = side;
    return field;
  });
  const done = button(conflict.sides.length > 2 ? "Keep all" : "Keep both", async () => {
    const names = {};
    fields.forEach((one) => { if (one.field.value.trim() !== "") names[one.side.path] = one.field.value.trim(); });
    await api.post("/api/conflicts/keep-both", { folder: conflict.folder, path: conflict.path, sides: shown(conflict, names) });
    await again();
    return conflict.path + " is settled: every version has a name of its own.";
  }, { "aria-label": "Keep both versions of " + conflict.path });
  return element("details", {}, element("summary", {}, "Or keep both, under different names"), fields, element("p", { class: "buttons" }, done));
}

function card(conflict, api, again) {
  const [first, ...others] = conflict.sides;
  return element("article", { class: "card conflict" },
    element("h2", {}, conflict.path, " ", element("span", { class: "quiet" }, "in " + conflict.folder)),
    others.length === 0 && element("p", {}, "Only this version is left; the other was deleted. Keeping it gives it the file’s name back."),
    element("div", { class: "beside" }, conflict.sides.map((side) => sidePart(conflict, side, api, again))),
    others.map((other) => difference(conflict, first, other, api)),
    others.length > 0 && both(conflict, api, again));
}
