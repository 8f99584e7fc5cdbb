/* What each line of the journal says, as a sentence; and which lines belong together. */

const lines = (paths) => (paths || "").split("\n").filter((line) => line !== "");

/* "3 files: edited a, deleted b …" */
function files(entry) {
  const some = lines(entry.paths);
  const count = Number(entry.files);
  return (count === 1 ? "1 file" : count + " files") + (some.length ? ": " + some.join(", ") : "") + (some.length < count ? " …" : "");
}

const from = (entry) => (entry.from ? " from " + entry.from : "");
const because = (entry) => (entry.reason ? ": " + entry.reason : "");

/* type: [group, sentence] */
const known = {
  committed: ["changes", (e) => "Recorded " + files(e)],
  received: ["changes", (e) => "Received " + files(e) + from(e)],
  conflict: ["merges", (e) => e.path + " was changed in two ways: both versions stay, the second as " + e.variant],
  "conflict-settled": ["merges", (e) => "The conflict of " + e.path + " was settled: " + (e.kept === "all" ? "both versions kept" : e.kept + " kept")],
  "merge-undone": ["merges", (e) => "The merge " + e.merge.slice(0, 10) + " was undone"],
  restored: ["changes", (e) => "Restored " + e.path + (e.from && e.from !== e.path ? " from " + e.from : "")],
  content: ["transfers", (e) => "Large files came: " + files(e)],
  "content-sent": ["transfers", (e) => "Large files went to " + e.peer + ": " + files(e)],
  "content-failed": ["transfers", (e) => "A transfer from " + e.peer + " broke off" + because(e)],
  "push-waiting": ["transfers", (e) => "A push to " + e.peer + " waits" + because(e)],
  "push-failed": ["problems", (e) => "A push to " + e.peer + " failed" + because(e)],
  "peer-online": ["devices", (e) => e.peer + " is there" + (e.carrier ? " (" + e.carrier + ")" : "")],
  "peer-offline": ["devices", (e) => e.peer + " is gone" + because(e)],
  "peer-rerouted": ["devices", (e) => e.peer + " is reached " + (e.carrier === "direct" ? "directly" : "through the server") + " now"],
  "peer-failed": ["problems", (e) => e.peer + because(e)],
  paired: ["devices", (e) => "Paired with " + (e.peer || e.name || e.device)],
  introduced: ["devices", (e) => (e.name || e.device) + " was introduced" + (e.by ? " by " + e.by : "")],
  "device-renamed": ["devices", (e) => e.device + " is called " + e.name],
  "device-revoked": ["devices", (e) => (e.name || e.device) + " was revoked"],
  "remote-back": ["devices", (e) => "The remote " + e.remote + " is there again"],
  "remote-away": ["devices", (e) => "The remote " + e.remote + " is away" + because(e)],
  "remote-failing": ["problems", (e) => "The remote " + e.remote + " fails" + because(e)],
  "deletion-confirmed": ["changes", (e) => "A deletion of " + e.files + " files was confirmed"],
  "deletion-undone": ["changes", (e) => "A deletion of " + e.files + " files was undone"],
  alert: ["problems", (e) => e.text || e.line || "An alert"],
  "alert-over": ["problems", (e) => "Over: " + (e.text || e.line || "an alert")],
  refused: ["problems", (e) => "Refused " + (e.from || e.device || "somebody") + because(e)],
  "turned-away": ["problems", (e) => e.peer + " turned this device away" + because(e)],
  waiting: ["problems", (e) => "Waiting" + because(e)],
  paused: ["devices", () => "Paused"],
  resumed: ["devices", () => "Resumed"],
  started: ["devices", (e) => "The daemon started (version " + e.version + ")"],
  stopped: ["devices", () => "The daemon stopped"],
  "folder-added": ["devices", (e) => "Keeps " + e.path + " in sync"],
  "folder-removed": ["devices", () => "Is not kept in sync any more"],
  "account-added": ["devices", (e) => "Signed in to " + e.jid],
  "account-removed": ["devices", (e) => "Signed out of " + e.jid],
};

export const groups = { changes: "Changes", merges: "Merges and conflicts", transfers: "Transfers", devices: "Devices", problems: "Problems" };

export function group(entry) {
  return known[entry.type] ? known[entry.type][0] : "devices";
}

const common = new Set(["cursor", "time", "type", "folder", "head"]);

export function sentence(entry) {
  if (entry.type === "gap") {
    return entry.missed === 0 ? "The journal goes on here." : entry.missed + " earlier entries are no longer kept.";
  }
  if (known[entry.type]) return known[entry.type][1](entry);
  const fields = Object.keys(entry).filter((field) => !common.has(field)).map((field) => field + " " + entry[field]);
  return entry.type.replaceAll("-", " ") + (fields.length ? ": " + fields.join(", ") : "");
}
