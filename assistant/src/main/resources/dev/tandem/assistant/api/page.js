"use strict";

/* Draws what /api/status and /api/log say. Text only ever enters as textContent: names come from other devices. */
const EVERY_MILLIS = 2000;
const MAX_ENTRIES = 50;
const byId = (id) => document.getElementById(id);
let cursor = null;

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/* Redrawing only what changed keeps a screen reader quiet and a selection alive. */
function draw(listId, emptyId, items, render) {
  const list = byId(listId);
  const drawn = JSON.stringify(items);
  if (list.dataset.drawn === drawn) return;
  list.dataset.drawn = drawn;
  list.replaceChildren(...items.map(render));
  if (emptyId) byId(emptyId).hidden = items.length > 0;
}

function when(iso) {
  const made = element("time", "", new Date(iso).toLocaleString());
  made.dateTime = iso;
  return made;
}

const state = (name) => element("span", "state " + name, name);

function peer(p) {
  const made = element("li", "", state(p.state), p.name || p.device.slice(0, 8), element("span", "quiet", " " + p.jid));
  if (p.carrier) made.append(element("span", "quiet", " · " + p.carrier));
  if (p.desynced) made.append(element("span", "quiet", " · not compared yet"));
  if (p.lastSync) made.append(element("span", "quiet", " · last in sync ", when(p.lastSync)));
  return made;
}

function folder(f) {
  const made = element("li", "", state(f.state), element("h3", "", f.name), " ", element("span", "quiet", f.path));
  if (f.reason) made.append(element("p", "", f.reason));
  const facts = [f.branch + (f.head ? " at " + f.head.slice(0, 7) : ", no commit yet")];
  if (f.pendingChanges) facts.push(f.pendingChanges + " changes to record");
  if (f.missingContent) facts.push(f.missingContent + " files without their content here");
  made.append(element("p", "quiet", facts.join(" · ")));
  const transfers = f.transfers.map((t) => element("li", "quiet",
    (t.direction === "get" ? "getting " : "sending ") + t.path + " · " +
    Math.floor(t.total ? 100 * t.bytes / t.total : 0) + " %"));
  const remotes = f.remotes.map((r) => element("li", "", state(r.state), r.name, element("span", "quiet", " " + (r.lastError || r.url))));
  const rows = [...f.peers.map(peer), ...remotes, ...transfers];
  made.append(rows.length ? element("ul", "", ...rows)
    : element("p", "quiet", "On no other device yet: tandem pair " + f.name));
  return made;
}

function drawStatus(s) {
  byId("daemon").textContent = s.daemon.name + " · version " + s.daemon.version + " · since "
    + new Date(s.daemon.startedAt).toLocaleString();
  byId("alerts-section").hidden = s.alerts.length === 0;
  draw("alerts", null, s.alerts, (a) => element("li", "", element("span", "state " + a.severity, a.severity), a.text, " ",
    element("span", "quiet", "since ", when(a.since), a.count > 1 ? ", " + a.count + " times" : "")));
  draw("folders", "no-folders", s.folders, folder);
  draw("accounts", "no-accounts", s.accounts, (a) => element("li", "", state(a.state), a.jid,
    element("span", "quiet", a.lastError ? " " + a.lastError : "")));
}

function entry(e) {
  const known = new Set(["cursor", "time", "type", "folder"]);
  const fields = Object.entries(e).filter(([name]) => !known.has(name)).map(([name, value]) => name + " " + value);
  return element("li", "", when(e.time), " ", e.folder ? e.folder + ": " : "", e.type,
    element("span", "quiet", fields.length ? " · " + fields.join(" · ") : ""));
}

async function ask(address) {
  const answer = await fetch(address);
  if (answer.status === 401) throw new Error("The daemon was restarted: open this page anew with tandem web.");
  if (!answer.ok) throw new Error("The daemon could not answer (" + answer.status + ").");
  return answer;
}

async function drawJournal() {
  const text = await (await ask("/api/log?limit=500&" + (cursor === null ? "tail=" + MAX_ENTRIES : "since=" + cursor))).text();
  const entries = text.split("\n").filter((line) => line).map((line) => JSON.parse(line));
  if (entries.length === 0) return;
  cursor = entries[entries.length - 1].cursor;
  const list = byId("journal");
  list.prepend(...entries.slice(-MAX_ENTRIES).reverse().map(entry));
  while (list.children.length > MAX_ENTRIES) list.lastChild.remove();
  byId("no-journal").hidden = true;
  if (entries.length === 500) await drawJournal();
}

async function turn() {
  try {
    if (!document.hidden) {
      drawStatus(await (await ask("/api/status")).json());
      await drawJournal();
    }
    byId("lost").hidden = true;
  } catch (e) {
    byId("lost").hidden = false;
    byId("lost").textContent = e instanceof TypeError
      ? "The daemon does not answer. This page shows what it last said, and tries again by itself." : e.message;
  }
  setTimeout(turn, EVERY_MILLIS);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) byId("lost").hidden = true; });
turn();
