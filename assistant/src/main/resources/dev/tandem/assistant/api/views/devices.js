/* The devices of the mesh: their names, how they came, and the way to part with one. */
import { button, confirmed, element, form, labelled, state } from "/dom.js";

export const id = "devices";
export const title = "Devices";

const CHANGES = new Set(["paired", "introduced", "device-renamed", "device-revoked", "peer-online", "peer-offline"]);

export async function show(place, parameters, api) {
  const own = element("section");
  const list = element("ul", { class: "cards" });
  const none = element("p", { class: "quiet" });
  place.append(own, none, list);
  let name = null;
  const load = async () => {
    const { devices } = await api.get("/api/peers");
    none.textContent = devices.length ? "" : "No other device yet: pair one.";
    list.replaceChildren(...devices.map((device) => card(device, devices, api, load)));
  };
  api.onStatus((status) => {
    if (status.daemon.name === name) return;
    name = status.daemon.name;
    own.replaceChildren(element("h2", {}, "This device"),
      element("p", {}, "The others call it ", element("strong", {}, name), ". Its fingerprint: ", element("code", {}, status.daemon.device)),
      renaming("this", name, "Rename this device", api, load));
  });
  await load();
  api.onEntry((entry) => { if (CHANGES.has(entry.type)) load(); });
}

function card(device, all, api, again) {
  const called = (fingerprint) => (all.find((other) => other.device === fingerprint) || { name: fingerprint }).name;
  const folders = device.folders.map((folder) => {
    const by = (device.introducedBy || {})[folder];
    return element("li", {}, folder, by ? element("span", { class: "quiet" }, " (introduced by " + called(by) + ")") : "");
  });
  const revoke = button("Revoke", async () => {
    const sure = await confirmed("Revoke " + device.name + "?",
      "It is disconnected at once, everywhere, and gets nothing new. What it has already stays there. To have it back it must be paired again.", "Revoke");
    if (!sure) return null;
    await api.remove("/api/peers?" + new URLSearchParams({ device: device.device }));
    await again();
    return device.name + " was revoked.";
  }, { class: "danger", "aria-label": "Revoke " + device.name });
  return element("li", {},
    element("h2", {}, device.name), element("p", {}, state(device.online ? "online" : "offline"), " ", device.jid),
    element("p", { class: "quiet" }, element("code", {}, device.device)),
    element("h3", {}, "Shares"), element("ul", {}, folders),
    renaming(device.device, device.name, "Rename " + device.name, api, again),
    element("p", { class: "buttons" }, revoke));
}

/* A form that is opened when it is wanted. */
function renaming(device, name, label, api, again) {
  const field = labelled("New name", element("input", { type: "text", value: name, maxlength: 100, required: true }));
  return element("details", {}, element("summary", {}, label), form("Rename", async () => {
    await api.post("/api/peers", { device, name: field.field.value.trim() });
    await again();
    return "It is called " + field.field.value.trim() + " now.";
  }, field));
}
