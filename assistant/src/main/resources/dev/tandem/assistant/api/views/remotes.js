/* Ordinary git remotes of each folder. */
import { button, confirmed, element, form, labelled, redraw, state } from "/dom.js";
import { chosen } from "/views/choice.js";

export const id = "remotes";
export const title = "Remotes";

export async function show(place, parameters, api) {
  const folder = await chosen(place, id, parameters, api);
  if (!folder) return;
  const list = element("ul", { class: "cards" });
  const none = element("p", { class: "quiet" }, "None yet. A bare repository on a drive or a server of yours makes a good one: it is fetched from and pushed to, as git annex sync does.");
  place.append(none, list, element("section", {}, element("h2", {}, "Add a remote"), addition(folder, api)));
  api.onStatus((status) => {
    const now = status.folders.find((one) => one.name === folder.name);
    const remotes = now ? now.remotes : [];
    none.hidden = remotes.length > 0;
    redraw(list, remotes, () => remotes.map((remote) => card(folder, remote, api)));
  });
}

function card(folder, remote, api) {
  const remove = button("Remove", async () => {
    const sure = await confirmed("Remove " + remote.name + "?", "The folder is not synced with it any more. Nothing is deleted there.", "Remove");
    if (!sure) return null;
    await api.remove("/api/remotes?" + new URLSearchParams({ folder: folder.name, name: remote.name }));
    return remote.name + " was removed.";
  }, { class: "danger", "aria-label": "Remove " + remote.name });
  return element("li", {},
    element("h2", {}, remote.name), element("p", {}, state(remote.state), " ", element("code", {}, remote.url)),
    remote.lastError ? element("p", { class: "error" }, remote.lastError) : "",
    element("p", { class: "buttons" }, remove));
}

function addition(folder, api) {
  const name = labelled("Name", element("input", { type: "text", required: true, value: "backup" }));
  const url = labelled("Address", element("input", { type: "text", required: true }), "A path, ssh://… or user@host:path, https://…");
  return form("Add", async () => {
    await api.post("/api/remotes", { folder: folder.name, name: name.field.value.trim(), url: url.field.value.trim() });
    url.field.value = "";
    return name.field.value.trim() + " was added.";
  }, name, url);
}
