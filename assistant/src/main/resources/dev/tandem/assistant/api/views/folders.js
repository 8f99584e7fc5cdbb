/* Every folder with its state and why, its devices, remotes and transfers. */
import { element, redraw, state } from "/dom.js";

export const id = "folders";
export const title = "Folders";

export function show(place, parameters, api) {
  const list = element("ul", { class: "cards" });
  place.append(list);
  api.onStatus((status) => redraw(list, status.folders, (folders) => folders.map((folder) =>
    element("li", {}, element("h2", {}, folder.name), state(folder.state), element("p", {}, folder.reason || "")))));
}
