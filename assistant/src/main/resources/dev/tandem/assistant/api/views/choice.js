/* Which folder a view is about: the one in its address, else the only one, else the one that is chosen. */
import { address, element, labelled } from "/dom.js";

export async function chosen(place, view, parameters, api) {
  const { folders } = await api.get("/api/status");
  if (folders.length === 0) {
    place.append(element("p", {}, "There is no folder yet."));
    return null;
  }
  const folder = folders.find((one) => one.name === parameters.get("folder")) || folders[0];
  if (folders.length > 1) {
    const select = element("select", {}, folders.map((one) => element("option", { value: one.name, selected: one === folder }, one.name)));
    select.addEventListener("change", () => { location.hash = address(view, { folder: select.value }); });
    place.append(labelled("Folder", select));
  }
  return folder;
}
