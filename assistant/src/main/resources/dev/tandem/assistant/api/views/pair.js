/* Another device: this one's folder for it, or its folder for this one. And a folder's beginning. */
import { element, form, labelled } from "/dom.js";
import { offering } from "/views/offer.js";

export const id = "pair";
export const title = "Pair";

export async function show(place, parameters, api) {
  place.append(await offering(parameters.get("folder"), api), joining(api), adding(api));
}

function input(attributes = {}) {
  return element("input", { type: "text", autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...attributes });
}

function typed(labelledInput) {
  return labelledInput.field.value.trim();
}

/* A line below a form that says what is going on, then what came of it. */
function outcome() {
  const bar = element("progress", { hidden: true });
  const line = element("p", { role: "status" });
  const made = element("div", {}, bar, line);
  made.during = async (saying, run) => {
    bar.hidden = false;
    bar.setAttribute("aria-label", saying);
    line.textContent = saying;
    try {
      line.textContent = await run();
    } catch (e) {
      line.textContent = "";
      throw e;
    } finally {
      bar.hidden = true;
    }
  };
  return made;
}

function joining(api) {
  const jid = labelled("Address", input({ inputmode: "email", name: "jid", placeholder: "ada@example.org" }), "As the other device shows it.");
  const code = labelled("Code", input({ name: "code", placeholder: "three-words-joined" }));
  const directory = labelled("Directory", input({ name: "directory", placeholder: "/home/ada/Notes" }),
    "The whole path on this device. It is created, or what is in it is merged. Empty: a new one in your home directory.");
  const said = outcome();
  return element("section", { class: "card" }, element("h2", {}, "Join a folder of another device"),
    form("Join", () => said.during("Joining; the first files are on their way …", async () => {
      const joined = await api.post("/api/join", { ...read(jid, code), directory: typed(directory) || null });
      code.field.value = "";
      return "Paired with " + joined.name + ": " + joined.folder + " is in sync in " + joined.path + ".";
    }), jid, code, directory), said);
}

/* Both together may have been pasted into either, as tandem pair --print prints them. */
function read(jid, code) {
  const words = (typed(jid) + " " + typed(code)).trim().split(/\s+/);
  if (words[0] === "") throw new Error("type the address and the code that the other device shows.");
  if (words.length < 2) throw new Error("type both the address and the code that the other device shows.");
  return { jid: words[0], code: words[1] };
}

function adding(api) {
  const path = labelled("Directory", input({ name: "path", placeholder: "/home/ada/Notes" }), "The whole path on this device; it is created if it is not there.");
  const name = labelled("Name", input({ name: "name" }), "Empty: the directory’s name.");
  const said = outcome();
  return element("section", { class: "card" }, element("h2", {}, "Add a folder of this device"),
    form("Add", () => said.during("Recording what is in it …", async () => {
      if (typed(path) === "") throw new Error("type the path of the directory.");
      const added = await api.post("/api/folders", { path: typed(path), name: typed(name) || null });
      path.field.value = "";
      name.field.value = "";
      return added.name + " is kept in sync from now on; show a code to share it with another device.";
    }), path, name), said);
}
