/* What happened to a folder and to each file in it; old versions are looked at and brought back from here. */
import { address, button, element, size, when } from "/dom.js";
import { chosen } from "/views/choice.js";
import { download, source, unified } from "/views/diff.js";

export const id = "history";
export const title = "History";

const PATHS_SHOWN = 5;
const KINDS = { added: "Added", changed: "Changed", deleted: "Deleted", renamed: "Renamed" };

export async function show(place, parameters, api) {
  const folder = await chosen(place, id, parameters, api);
  if (!folder) return;
  const path = parameters.get("path");
  const part = path !== null ? "file" : parameters.get("part") || "changes";
  place.append(element("nav", { "aria-label": "Parts of the history", class: "parts" }, element("ul", {}, [
    ["changes", "Changes"], ["files", "Files"], ["deleted", "Deleted files"],
  ].map(([name, label]) => element("li", {}, element("a",
    { href: address(id, { folder: folder.name, part: name }), "aria-current": name === part && "page" }, label))))));
  const body = element("div", {});
  place.append(body);
  if (part === "file") await file(body, folder, path, api);
  else if (part === "files") await files(body, folder, parameters.get("in") || "", api);
  else if (part === "deleted") await deleted(body, folder, api);
  else await changes(body, folder, api);
}

function toFile(folder, path) {
  return element("a", { href: address(id, { folder: folder.name, path }) }, path);
}

/* A button that opens and closes what it tells, got when it is first opened. */
export function opener(label, about, get) {
  const place = element("div", { class: "opened", hidden: true });
  let got = false;
  const made = button(label, async () => {
    if (!got) {
      place.replaceChildren(await get());
      got = true;
    }
    place.hidden = !place.hidden;
    made.setAttribute("aria-expanded", String(!place.hidden));
  }, { "aria-expanded": "false", "aria-label": label + ": " + about });
  return [made, place];
}

function change(folder, step, one, api) {
  const [look, place] = opener("What changed", one.path, async () => unified(
    await api.get(source(folder.name, one.path, {
      to: step.commit, from: step.parent === null ? "nothing" : "parent", fromPath: one.from || one.path,
    })), step.automatic ? "its first side" : "the version before", step.automatic ? "the merge" : "this one"));
  return element("li", {}, element("p", { class: "row" },
    element("span", { class: "grow" }, element("span", { class: "quiet" }, KINDS[one.kind] + " "), one.from && one.from + " to ", toFile(folder, one.path)),
    look), place);
}

function stepItem(folder, step, api) {
  const list = element("ul", { class: "changes" });
  const draw = (all) => list.replaceChildren(...all.map((one) => change(folder, step, one, api)));
  draw(step.changes.slice(0, PATHS_SHOWN));
  const rest = step.files - Math.min(PATHS_SHOWN, step.changes.length);
  const more = rest > 0 && button("Show " + rest + " more", async () => {
    draw((await api.get("/api/history/step?" + new URLSearchParams({ folder: folder.name, commit: step.commit }))).changes);
    more.remove();
  });
  return element("li", {},
    element("h2", {}, when(step.time), " ", step.automatic ? "merged by Tandem" : "by " + step.by),
    element("p", {}, step.automatic
      ? element("a", { href: address("merges", { folder: folder.name, commit: step.commit }) }, "Look at this merge") : step.message),
    list, more);
}

async function changes(place, folder, api) {
  const list = element("ol", { class: "cards" });
  const said = element("p", { class: "quiet" });
  place.append(list, said);
  let at = { folder: folder.name, limit: 20 };
  const load = async () => {
    const page = await api.get("/api/history/steps?" + new URLSearchParams(at));
    page.steps.forEach((step) => list.append(stepItem(folder, step, api)));
    at = { ...at, head: page.head, from: page.next };
    if (page.next === null) {
      earlier.hidden = true;
      said.textContent = "That is the beginning of the history.";
    }
  };
  const earlier = button("Earlier changes", load);
  place.append(element("p", { class: "buttons" }, earlier));
  await load();
}

function crumbs(folder, path) {
  const parts = path.split("/").filter((part) => part !== "");
  return element("p", { class: "crumbs" },
    element("a", { href: address(id, { folder: folder.name, part: "files" }) }, folder.name),
    parts.flatMap((part, index) => [" / ", element("a",
      { href: address(id, { folder: folder.name, part: "files", in: parts.slice(0, index + 1).join("/") }) }, part)]));
}

async function files(place, folder, within, api) {
  const directory = await api.get("/api/history/directory?" + new URLSearchParams({ folder: folder.name, path: within }));
  const below = (name) => (within === "" ? name : within + "/" + name);
  place.append(crumbs(folder, within), element("ul", { class: "rows" },
    directory.entries.map((entry) => element("li", {}, entry.directory
      ? element("a", { href: address(id, { folder: folder.name, part: "files", in: below(entry.name) }) }, entry.name + "/")
      : element("a", { href: address(id, { folder: folder.name, path: below(entry.name) }) }, entry.name)))));
  if (directory.entries.length === 0) place.append(element("p", {}, "There is nothing here."));
  if (!directory.complete) place.append(element("p", { class: "quiet" }, "There are more; only the first are shown."));
}

function absolute(folder, path) {
  return folder.path.replace(/\/$/, "") + "/" + path;
}

function restore(folder, path, at, api, then) {
  return button("Restore", async () => {
    const done = await api.post("/api/restore", { path: absolute(folder, path), at });
    await then();
    return path + " is back as a new version" + (done.here ? "." : "; its content is on its way.");
  }, { "aria-label": "Restore " + path + " as of this version" });
}

function versionRow(folder, path, version, number, api, again) {
  const openers = [opener("What changed", "version " + number, async () => unified(
    await api.get(source(folder.name, path, { to: version.commit, from: "parent" })), "the version before", "this one"))];
  if (!version.present && !version.deleted) {
    openers.push(opener("Compare with now", "version " + number, async () => unified(
      await api.get(source(folder.name, path, { from: version.commit })), "this version", "the present one")));
  }
  const what = version.deleted ? "Deleted" : version.size < 0 ? "Saved" : "Saved, " + size(version.size);
  return element("li", {},
    element("h3", {}, when(version.time), " by " + version.by),
    element("p", {}, what, version.present && !version.deleted && " (present)",
      version.key !== null && !version.here && ", content not on this device"),
    element("p", { class: "buttons" }, openers.map(([made]) => made),
      !version.deleted && (version.key === null || version.here) && download(folder.name, path, version.commit, "version " + number),
      !version.deleted && !version.present && restore(folder, path, version.commit, api, again)),
    openers.map(([, opened]) => opened));
}

async function file(place, folder, path, api) {
  const draw = async () => {
    const { versions } = await api.post("/api/history", { path: absolute(folder, path) });
    const oldest = versions[versions.length - 1];
    const first = await api.get("/api/history/step?" + new URLSearchParams({ folder: folder.name, commit: oldest.commit }));
    const renamed = first.changes.find((one) => one.path === path && one.from !== null);
    place.replaceChildren(crumbs(folder, path.slice(0, Math.max(0, path.lastIndexOf("/")))),
      element("h2", {}, "Versions of " + path),
      versions.some((version) => version.deleted && version.present) ? element("p", {}, "This file was deleted. Any version can be brought back.") : "",
      element("ol", { class: "cards versions" }, versions.map((version, index) => versionRow(folder, path, version, versions.length - index, api, draw))),
      renamed ? element("p", {}, "Before that it was called ", toFile(folder, renamed.from), ".") : "");
  };
  await draw();
}

async function deleted(place, folder, api) {
  const draw = async () => {
    const gone = await api.get("/api/history/deleted?" + new URLSearchParams({ folder: folder.name }));
    if (gone.files.length === 0) {
      place.replaceChildren(element("p", {}, "No file was deleted" + (gone.complete ? "." : " lately.")));
      return;
    }
    place.replaceChildren(element("div", { class: "scroll" }, element("table", {},
      element("caption", {}, "Files that were deleted, the last ones first"),
      element("thead", {}, element("tr", {}, ["File", "Deleted", "By", "Bring back"].map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, gone.files.map((one) => element("tr", {}, element("td", {}, toFile(folder, one.path)),
        element("td", {}, when(one.time)), element("td", {}, one.by),
        element("td", {}, element("span", { class: "row" }, restore(folder, one.path, one.last, api, draw))))))),
    ), gone.complete ? "" : element("p", { class: "quiet" }, "There may be more that were deleted longer ago; look for their names with tandem history."));
  };
  await draw();
}
