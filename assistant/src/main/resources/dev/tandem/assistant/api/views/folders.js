/* Every folder with its state and why, its devices, remotes and transfers; above them what is wrong. */
import { address, element, keyed, redraw } from "/dom.js";
import { keepTelling } from "/views/ago.js";
import { alertList } from "/views/alerts.js";
import { folderCard } from "/views/foldercard.js";

export const id = "folders";
export const title = "Folders";

export function show(place, parameters, api) {
  const alerts = alertList(api);
  const list = element("ul", { class: "cards" });
  const none = element("div", {});
  place.append(alerts, list, none);
  keepTelling(place, api.signal);
  api.onStatus((status) => {
    alerts.update(status.alerts);
    keyed(list, status.folders, (folder) => folder.uuid, (folder) => folderCard(folder, api));
    redraw(none, status.folders.length > 0 ? [] : [status.accounts.length > 0], ([hasAccount]) => hasAccount === undefined ? [] : [welcome(hasAccount)]);
  });
}

function welcome(hasAccount) {
  return element("div", { class: "card" },
    element("h2", {}, "There is no folder yet"),
    element("p", {}, element("a", { href: address("pair") }, "Add a folder of this device, or join one with a code from another device.")),
    !hasAccount && element("p", {}, "To reach other devices, Tandem also needs an XMPP account: ",
      element("a", { href: address("accounts") }, "add it under Accounts"), "."));
}
