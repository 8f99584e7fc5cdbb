/* A folder's device, git remote and transfer, each a line that is kept and updated. */
import { element, size, state, text } from "/dom.js";
import { ago, amount } from "/views/ago.js";

const CARRIERS = { direct: "directly", "in-band": "through the server" };

function set(node, name) {
  node.className = "state " + name;
  text(node, name);
}

export function peerItem(peer) {
  const name = element("strong", { class: "grow" });
  const how = state(peer.state);
  const link = element("span", { class: "quiet" });
  const why = element("span", {});
  const last = element("span", { class: "quiet" });
  let time = null;
  const made = element("li", {}, element("div", { class: "row" }, name, link, how), element("div", { class: "row" }, why, last));
  made.update = (now) => {
    text(name, now.name);
    name.title = now.jid;
    set(how, now.state);
    text(link, [CARRIERS[now.carrier] || now.carrier, now.rate !== null && size(now.rate) + "/s"].filter(Boolean).join(", "));
    text(why, inSync(now) ? "In sync" : now.reason ? "Not in sync: " + now.reason : "Not in sync");
    why.className = inSync(now) ? "ok" : "";
    if (now.lastSync === null) {
      text(last, "never in sync yet");
      time = null;
    } else if (time === null) {
      time = ago(now.lastSync);
      last.replaceChildren("last in sync ", time);
    } else {
      time.update(now.lastSync);
    }
  };
  return made;
}

function inSync(peer) {
  return peer.state === "online" && peer.reason === null && !peer.desynced;
}

export function remoteItem(remote) {
  const how = state(remote.state);
  const url = element("span", { class: "code quiet" });
  const error = element("p", {});
  const made = element("li", {},
    element("div", { class: "row" }, element("span", { class: "grow" }, element("strong", {}, remote.name), " ", url), how), error);
  made.update = (now) => {
    text(url, now.url);
    set(how, now.state);
    text(error, now.lastError || "");
    error.hidden = !now.lastError;
  };
  return made;
}

export function transferItem(transfer) {
  const what = (transfer.direction === "get" ? "Getting " : "Sending ") + transfer.path
    + (transfer.direction === "get" ? " from " : " to ") + transfer.peer;
  const bar = element("progress", { "aria-label": what });
  const far = element("span", { class: "quiet" });
  const made = element("li", {}, element("p", {}, what), bar, far);
  made.update = (now) => {
    if (now.total > 0) {
      bar.max = now.total;
      bar.value = now.bytes;
    } else {
      bar.removeAttribute("value");
    }
    text(far, size(now.bytes) + (now.total > 0 ? " of " + size(now.total) : "")
      + (now.rate > 0 ? ", " + size(now.rate) + "/s" + left(now) : ""));
  };
  return made;
}

function left(transfer) {
  const seconds = Math.ceil((transfer.total - transfer.bytes) / transfer.rate);
  return seconds > 0 ? ", " + amount(seconds) + " left" : "";
}
