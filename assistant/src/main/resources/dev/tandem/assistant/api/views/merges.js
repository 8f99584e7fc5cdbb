/* What Tandem merged by itself, how, and the way back. */
import { address, button, confirmed, element, when } from "/dom.js";
import { chosen } from "/views/choice.js";
import { source, unified } from "/views/diff.js";
import { opener } from "/views/history.js";

export const id = "merges";
export const title = "Merges";

const NOW = { "as-merged": "as merged", changed: "changed since" };

export async function show(place, parameters, api) {
  const folder = await chosen(place, id, parameters, api);
  if (!folder) return;
  const commit = parameters.get("commit");
  if (commit) {
    place.append(element("p", {}, element("a", { href: address(id, { folder: folder.name }) }, "All merges")));
    const merge = await api.get("/api/merges/merge?" + new URLSearchParams({ folder: folder.name, commit }));
    place.append(element("ol", { class: "cards" }, item(folder, merge, api)));
    return;
  }
  const list = element("ol", { class: "cards" });
  const said = element("p", { class: "quiet" });
  let at = { folder: folder.name, limit: 20 };
  const load = async () => {
    const page = await api.get("/api/merges?" + new URLSearchParams(at));
    page.merges.forEach((merge) => list.append(item(folder, merge, api)));
    at = { ...at, head: page.head, from: page.next };
    earlier.hidden = page.next === null;
    said.textContent = list.children.length > 0 ? "" : page.next === null
      ? "Nothing was merged yet: no two devices have changed files at the same time." : "Nothing was merged lately.";
  };
  const earlier = button("Earlier merges", load);
  place.append(element("p", { class: "quiet" },
    "When two devices changed files at the same time, Tandem merges what they did. Here is what came of it. Undoing sets the files of both back to one device’s versions; what the other did stays in their history."),
  list, said, element("p", { class: "buttons" }, earlier));
  await load();
}

/* Which device a side is of; where that does not tell them apart, which side it is. */
function names(merge) {
  const same = merge.one.by === merge.two.by;
  return { one: same ? merge.one.by + " (first)" : merge.one.by, two: same ? merge.two.by + " (second)" : merge.two.by };
}

function count(files) {
  return files + (files === 1 ? " file" : " files");
}

function item(folder, merge, api) {
  const holder = element("li", { class: "merge" });
  const draw = (now) => holder.replaceChildren(...contents(folder, now, api, async () => {
    draw(await api.get("/api/merges/merge?" + new URLSearchParams({ folder: folder.name, commit: merge.commit })));
  }));
  draw(merge);
  return holder;
}

function contents(folder, merge, api, again) {
  const by = names(merge);
  const taken = [[merge.fromOne, by.one], [merge.fromTwo, by.two]].filter(([part]) => part.files > 0);
  const undoAll = (side) => button("Undo, to " + by[side] + "’s versions", async () => {
    const sure = await confirmed("Undo this merge?",
      "The " + count(merge.files) + " that both had changed will be as on " + by[side] + " again, on all devices. The rest stays as it is.", "Undo");
    if (!sure) return null;
    await api.post("/api/merges/undo", { folder: folder.name, merge: merge.commit, side });
    await again();
    return "Undone: " + count(merge.files) + " as on " + by[side] + ".";
  });
  return [
    element("h2", {}, when(merge.time), " " + by.one + " and " + by.two),
    ...taken.map(([part, whose]) => element("p", {}, count(part.files) + " that only " + whose + " had changed: ",
      element("span", { class: "quiet" }, part.some.join(", ") + (part.files > part.some.length ? " …" : "")))),
    merge.files === 0
      ? element("p", {}, "No file was changed by both: there is nothing to undo.")
      : element("h3", {}, count(merge.files) + " changed by both"),
    element("ul", { class: "rows" }, merge.combined.map((file) => fileItem(folder, merge, file, by, api, again))),
    merge.combined.length < merge.files
      ? element("p", {}, element("a", { href: address(id, { folder: folder.name, commit: merge.commit }) }, "Show all of them")) : "",
    merge.files > 0 ? element("p", { class: "buttons" }, undoAll("one"), undoAll("two")) : "",
  ];
}

function how(file, by) {
  switch (file.how) {
    case "merged": return "One text with both edits.";
    case "kept-both": return "Both versions kept, the second as " + file.variants.join(", ") + ".";
    case "kept-edit": return "Deleted on " + (file.one ? by.two : by.one) + ", edited on " + (file.one ? by.one : by.two) + ": the edit stayed.";
    case "moved": return "Renamed on " + (file.one ? by.two : by.one) + ": what the other did is under the new name.";
    default: return "One version was taken.";
  }
}

function now(file, by) {
  return NOW[file.now] || "as on " + (file.now === "as-one" ? by.one : by.two);
}

function fileItem(folder, merge, file, by, api, again) {
  const openers = [];
  const compare = (side, has) => has && file.merged && openers.push(opener("Compare with " + by[side], file.path, async () => unified(
    await api.get(source(folder.name, file.path, { from: merge[side].commit, to: merge.commit })), by[side] + "’s version", "the merge")));
  compare("one", file.one);
  compare("two", file.two);
  const back = (side) => file.now !== "as-" + side && button("Back to " + by[side] + "’s", async () => {
    await api.post("/api/merges/undo", { folder: folder.name, merge: merge.commit, side, files: [{ path: file.path, seen: file.seen }] });
    await again();
    return file.path + " is as on " + by[side] + " again.";
  }, { "aria-label": "Set " + file.path + " back to " + by[side] + "’s version" });
  return element("li", {},
    element("p", {}, element("a", { href: address("history", { folder: folder.name, path: file.path }) }, file.path), " ",
      element("span", { class: "quiet" }, "(now " + now(file, by) + ")"), element("br"), how(file, by)),
    element("p", { class: "buttons" }, openers.map(([made]) => made), back("one"), back("two")),
    openers.map(([, opened]) => opened));
}
