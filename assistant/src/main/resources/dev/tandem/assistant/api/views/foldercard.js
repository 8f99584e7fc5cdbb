/* One folder: made once, then only what has changed is written anew, so that focus stays and nothing flickers. */
import { address, button, element, keyed, state, text } from "/dom.js";
import { sentence } from "/views/alerts.js";
import { peerItem, remoteItem, transferItem } from "/views/folderparts.js";

/* As long as somebody looks at a button; the sync itself goes on. */
const SYNC_SECONDS = 60;

export function folderCard(folder, api) {
  let now = folder;
  const name = element("h2", {});
  const how = state(folder.state);
  const path = element("p", { class: "code quiet" });
  const why = element("p", { class: "why" });
  const facts = element("p", { class: "quiet" });
  const pause = button("", () => (now.state === "paused" ? resume(now, api) : pauseIt(now, api)));
  const sync = button("Sync now", () => syncNow(now, api));
  const links = element("p", { class: "links" });
  const transfers = part("Transfers", (one) => one.direction + " " + one.peer + " " + one.key, transferItem);
  const peers = part("Devices", (one) => one.device + " " + one.uuid, peerItem);
  const remotes = part("Git remotes", (one) => one.name, remoteItem);
  const alone = element("p", { class: "quiet" }, "No other device has this folder yet.");
  const made = element("li", { class: "folder" },
    element("div", { class: "row" }, name, how), path, why, facts, transfers, peers, alone, remotes,
    element("div", { class: "row foot" }, element("p", { class: "buttons" }, sync, pause), links));
  made.update = (next) => {
    now = next;
    text(name, next.name);
    how.className = "state " + next.state;
    text(how, next.state);
    text(path, next.path);
    sentence(why, next.reason || "", next.name);
    why.hidden = !next.reason;
    text(facts, factsOf(next));
    named(sync, "Sync now", next.name);
    named(pause, next.state === "paused" ? "Resume" : "Pause", next.name);
    if (links.dataset.of !== next.name) {
      links.dataset.of = next.name;
      links.replaceChildren(...linksOf(next.name));
    }
    transfers.update(next.transfers, next);
    peers.update(next.peers.map((peer) => ({ ...peer, rate: rate(next.transfers, peer.name) })));
    remotes.update(next.remotes);
    alone.hidden = next.peers.length > 0;
  };
  return made;
}

function named(made, verb, folder) {
  text(made, verb);
  made.setAttribute("aria-label", verb + ": " + folder);
}

function linksOf(folder) {
  const link = (view, label) => [element("a", { href: address(view, { folder }), "aria-label": label + " of " + folder }, label), " "];
  return [link("history", "History"), link("conflicts", "Conflicts"), link("merges", "Merges"),
    element("a", { href: address("pair", { folder }), "aria-label": "Pair a device with " + folder }, "Pair a device")].flat();
}

/* A list with a heading, both away while there is nothing. */
function part(heading, key, make) {
  const list = element("ul", { class: "rows" });
  const made = element("section", { "aria-label": heading }, element("h3", {}, heading), list);
  made.update = (items) => {
    keyed(list, items, key, make);
    made.hidden = items.length === 0;
  };
  return made;
}

function plural(count, noun, what) {
  return count > 0 && count + " " + noun + (count === 1 ? "" : "s") + what;
}

function factsOf(folder) {
  return [
    plural(folder.pendingChanges, "change", " to record"),
    plural(folder.missingContent, "large file", " without content here"),
    folder.branch + (folder.head ? " at " + folder.head.slice(0, 8) : " without a commit"),
  ].filter(Boolean).join(" · ");
}

/* Bytes a second to and from a device; null while nothing is on its way. */
function rate(transfers, peer) {
  const its = transfers.filter((one) => one.peer === peer);
  return its.length === 0 ? null : its.reduce((sum, one) => sum + one.rate, 0);
}

async function syncNow(folder, api) {
  const { folders: [done] } = await api.post("/api/sync", { folder: folder.name, timeoutSeconds: SYNC_SECONDS });
  return folder.name + (done.head ? " is at " + done.head.slice(0, 8) : " has nothing to sync yet")
    + (done.peers > 0 ? ", as " + done.peers + (done.peers === 1 ? " other device" : " other devices") : "")
    + (done.unreachable.length > 0 ? "; away: " + done.unreachable.join(", ") : "") + ".";
}

async function pauseIt(folder, api) {
  await api.post("/api/pause", { folder: folder.name });
  return folder.name + " is paused, also after a restart, until you resume it.";
}

async function resume(folder, api) {
  await api.post("/api/resume", { folder: folder.name });
  return folder.name + " is synced again.";
}
