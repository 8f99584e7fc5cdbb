/* Limits of this device, and per folder: which large files it wants, which files are large, which are ignored. */
import { element, form, labelled } from "/dom.js";
import { chosen } from "/views/choice.js";

export const id = "settings";
export const title = "Settings";

const METERED = { pause: "large files wait", limit: "the limits hold", ignore: "as on any other network" };

export async function show(place, parameters, api) {
  place.append(element("section", {}, element("h2", {}, "Limits of this device"), await limits(api)));
  const part = element("section", {}, element("h2", {}, "Folder"));
  place.append(part);
  const folder = await chosen(part, id, parameters, api);
  if (!folder) return;
  part.append(
    element("h3", {}, "Large files that are kept here"), await wanted(folder, api),
    element("h3", {}, "Which files are large"), await large(folder, api),
    element("h3", {}, "What is not synced"), await ignored(folder, api));
}

async function limits(api) {
  const now = await api.get("/api/limits");
  const rate = (label, value) => labelled(label, element("input", { type: "number", min: 0, step: "any", value: value / 1000 }), "kB a second; 0: no limit");
  const up = rate("Sending", now.up);
  const down = rate("Receiving", now.down);
  const time = (label, value) => labelled(label, element("input", { type: "time", value: value || "" }));
  const from = time("From", now.from);
  const to = time("To", now.to);
  const metered = labelled("On a metered network", element("select", {},
    Object.entries(METERED).map(([value, label]) => element("option", { value, selected: value === now.metered }, label))));
  const how = (state) => (state.active ? "The limits hold now. " : "") + (state.network === "metered" ? "This network is metered. " : "")
    + (state.contentsWait ? "Large files wait." : "");
  const said = element("p", { class: "quiet" }, how(now));
  return element("div", {}, said, form("Save", async () => {
    said.textContent = how(await api.post("/api/limits", {
      up: Math.round(up.field.value * 1000), down: Math.round(down.field.value * 1000),
      from: from.field.value, to: to.field.value || null, metered: metered.field.value,
    }));
    return "The limits are saved.";
  }, element("div", { class: "filters" }, up, down), element("div", { class: "filters" }, from, to),
  element("p", { class: "quiet" }, "Without times the limits always hold."), metered));
}

async function wanted(folder, api) {
  const now = await api.get("/api/wanted?" + new URLSearchParams({ folder: folder.name }));
  const expression = labelled("Wanted", element("input", { type: "text", value: now.expression, autocomplete: "off", spellcheck: "false" }),
    "Empty: all. As git annex wanted takes it, for example: include=photos/* and not include=photos/raw/*");
  return form("Save", async () => {
    await api.post("/api/wanted", { folder: folder.name, expression: expression.field.value.trim() });
    return "Saved. What is not wanted goes from here when enough other devices have it.";
  }, now.problem ? element("p", { class: "error" }, now.problem) : "", expression);
}

async function large(folder, api) {
  const now = await api.get("/api/settings/largefiles?" + new URLSearchParams({ folder: folder.name }));
  const expression = labelled("Large are", element("input", { type: "text", value: now.expression, autocomplete: "off", spellcheck: "false" }),
    "Empty: larger than 1 MiB. As annex.largefiles takes it, for example: largerthan=5mb or include=*.iso; for files that are saved from now on");
  return form("Save", async () => {
    await api.post("/api/settings/largefiles", { folder: folder.name, expression: expression.field.value.trim() });
    return "Saved.";
  }, expression);
}

async function ignored(folder, api) {
  let now = await api.get("/api/settings/ignore?" + new URLSearchParams({ folder: folder.name }));
  const patterns = labelled(".gitignore", element("textarea", { rows: 8, spellcheck: "false" }, now.text),
    "A pattern a line, as git reads them; for all devices. What is in history already stays synced.");
  return form("Save", async () => {
    now = await api.post("/api/settings/ignore", { folder: folder.name, seen: now.seen, text: patterns.field.value });
    return "Saved.";
  }, patterns);
}
