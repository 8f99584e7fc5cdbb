/* What happened, newest first, and what happens. */
import { address, button, element, labelled, when } from "/dom.js";
import { group, groups, sentence } from "/views/entries.js";

export const id = "timeline";
export const title = "Timeline";

const PAGE = 200;
const SHOWN_MAX = 2000;

export async function show(place, parameters, api) {
  let folder = parameters.get("folder") || "";
  let kind = parameters.get("type") || "";
  let entries = [];
  let asked = PAGE;

  const list = element("ol", { class: "rows entries" });
  const said = element("p", { class: "quiet" });
  const folders = element("select", {}, element("option", { value: "" }, "All folders"));
  const kinds = element("select", {}, element("option", { value: "" }, "Everything"),
    Object.entries(groups).map(([value, label]) => element("option", { value, selected: value === kind }, label)));
  const earlier = button("Earlier", async () => { asked += 5 * PAGE; await load(); });

  const draw = () => {
    const shown = entries.filter((entry) => (!folder || entry.folder === folder) && (!kind || entry.type === "gap" || group(entry) === kind));
    list.replaceChildren(...shown.slice(0, SHOWN_MAX).map(row));
    said.textContent = shown.length ? "" : "Nothing of that kind among the last " + entries.length + " entries.";
  };
  const load = async () => {
    entries = (await api.lines("/api/log?tail=" + asked)).reverse();
    earlier.hidden = entries.length < asked || entries.length >= SHOWN_MAX;
    draw();
  };
  const choose = () => {
    folder = folders.value;
    kind = kinds.value;
    history.replaceState(null, "", address(id, { ...(folder && { folder }), ...(kind && { type: kind }) }));
    draw();
  };
  folders.addEventListener("change", choose);
  kinds.addEventListener("change", choose);

  place.append(element("div", { class: "filters" }, labelled("Folder", folders), labelled("What", kinds)), said, list,
    element("p", { class: "buttons" }, earlier));
  api.onStatus((status) => status.folders.forEach(({ name }) => {
    if (![...folders.options].some((option) => option.value === name)) {
      folders.append(element("option", { value: name, selected: name === folder }, name));
    }
  }));
  await load();
  api.onEntry((entry) => {
    if (entries.length && entry.cursor <= entries[0].cursor) return;
    entries = [entry, ...entries].slice(0, SHOWN_MAX);
    draw();
  });
}

function row(entry) {
  return element("li", { class: "row" },
    element("span", { class: "quiet" }, entry.time ? when(entry.time) : ""),
    element("span", { class: "grow" }, entry.folder ? element("strong", {}, entry.folder + " ") : "", sentence(entry)));
}
