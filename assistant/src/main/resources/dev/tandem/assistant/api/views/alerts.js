/* Trouble that is under way; its text says what to do. A deletion that Tandem holds is decided here. */
import { button, confirmed, element, keyed, redraw, text } from "/dom.js";
import { ago } from "/views/ago.js";

export function alertList(api) {
  const list = element("ul", { class: "cards alerts", "aria-label": "Alerts", "aria-live": "polite", "aria-relevant": "additions" });
  list.update = (alerts) => {
    const hadFocus = list.contains(document.activeElement);
    keyed(list, alerts, (alert) => alert.id, (alert) => item(alert, api));
    // what was pressed may be gone with its alert
    if (hadFocus && !list.contains(document.activeElement)) document.getElementById("view").focus({ preventScroll: true });
  };
  return list;
}

function item(alert, api) {
  const severity = element("span", {});
  const line = element("p", {});
  const since = ago(alert.since);
  const times = element("span", {});
  const made = element("li", { class: "alert" },
    element("p", { class: "row" }, severity, alert.folder && element("strong", {}, alert.folder),
      element("span", { class: "quiet" }, "began ", since, times)),
    line, alert.asks && decision(alert.folder, api));
  made.update = (now) => {
    severity.className = "state " + now.severity;
    made.dataset.severity = now.severity;
    text(severity, now.severity);
    sentence(line, now.text, now.folder);
    since.update(now.since);
    text(times, now.count > 1 ? ", met " + now.count + " times" : "");
  };
  return made;
}

/* Writes a sentence; the commands that it proposes are set off, with the folder's name in them. */
export function sentence(place, line, folder) {
  const named = folder ? line.replaceAll(" NAME`", () => " " + folder + "`") : line;
  const parts = named.split("`");
  redraw(place, named, () => parts.length % 2 === 0 ? [named] : parts.map((part, i) => i % 2 === 1 ? element("code", {}, part) : part));
}

function decision(folder, api) {
  const decided = async (path, done) => {
    await api.post(path, { folder });
    return done;
  };
  return element("p", { class: "buttons" },
    button("Bring them back", () => decided("/api/undo", "The files of " + folder + " come back on all devices."), { class: "main" }),
    button("Delete them", async () => {
      const sure = await confirmed("Delete these files of " + folder + "?",
        "They are deleted on this device; every other device asks before it follows. Their history stays.", "Delete them");
      return sure ? decided("/api/confirm", "The files of " + folder + " are deleted here; their history stays.") : null;
    }, { class: "danger" }));
}
