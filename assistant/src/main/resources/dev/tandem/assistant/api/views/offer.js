/* A code for one folder: shown, counted down, and waited for. */
import { button, element, labelled, redraw, text } from "/dom.js";
import { qr } from "/views/qr.js";

const LASTS = 10 * 60 * 1000;
/* One request's wait: short, so that the daemon notices when nobody waits any longer. */
const ONE_WAIT_SECONDS = 25;

/* The code that is open, also for who looks elsewhere meanwhile and comes back: { offer, drawing, until } */
let open = null;

export async function offering(wanted, api) {
  const select = element("select", { name: "folder" });
  const folder = labelled("Folder", select);
  const none = element("p", {}, "There is no folder on this device yet: add one below, or join one.");
  const place = element("div", {});
  const show = button("Show a code", async () => {
    const offer = await api.post("/api/offers", { folder: select.value });
    open = { offer, drawing: await api.post("/api/offers/qr", { offer }), until: Date.now() + LASTS };
    waitFor(open, place, api);
  }, { class: "main" });
  const buttons = element("p", { class: "buttons" }, show);
  let chosen = wanted;
  api.onStatus(({ folders }) => {
    const names = folders.map((one) => one.name);
    redraw(select, names, () => names.map((name) => element("option", { value: name, selected: name === (select.value || chosen) }, name)));
    none.hidden = names.length > 0;
    folder.hidden = buttons.hidden = names.length === 0;
    chosen = null;
  });
  if (open !== null && Date.now() < open.until) waitFor(open, place, api);
  return element("section", { class: "card" }, element("h2", {}, "Share a folder with another device"), none, folder, buttons, place);
}

async function waitFor(mine, place, api) {
  const left = element("strong", {});
  const stop = countDown(mine, left, api.signal);
  place.replaceChildren(shown(mine, left));
  let line;
  try {
    line = await used(mine, api);
  } catch (e) {
    if (e.name === "AbortError") return;
    line = e.message;
  } finally {
    stop();
  }
  if (open !== mine) return;
  open = null;
  place.replaceChildren(element("p", { role: "status" }, line));
}

async function used(mine, api) {
  while (open === mine && Date.now() < mine.until) {
    try {
      const paired = await api.post("/api/offers/wait", { offer: mine.offer, timeoutSeconds: ONE_WAIT_SECONDS });
      return paired.name + " has joined " + paired.folder + ".";
    } catch (e) {
      if (e.kind !== "timed-out") throw e;
    }
  }
  return "No device used the code, and it is no longer good. Nothing was changed; show a new one.";
}

function countDown(mine, left, signal) {
  const tell = () => {
    const seconds = Math.max(0, Math.ceil((mine.until - Date.now()) / 1000));
    text(left, Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0"));
  };
  tell();
  const timer = setInterval(tell, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
  return () => clearInterval(timer);
}

function shown({ offer, drawing }, left) {
  return element("div", { class: "offer" },
    element("div", {},
      element("p", { role: "status" }, "On the other device choose Pair and type these, or run the command. The code is good once."),
      element("dl", {},
        element("dt", {}, "Address"), element("dd", { class: "code jid" }, offer.jid),
        element("dt", {}, "Code"), element("dd", { class: "code key" }, offer.code),
        element("dt", {}, "Command"), element("dd", { class: "code" }, "tandem pair " + offer.jid + " " + offer.code),
        element("dt", {}, "Folder"), element("dd", {}, offer.folder),
        element("dt", {}, "Good for"), element("dd", {}, left)),
      element("p", { class: "quiet" }, "Waiting for the other device …")),
    qr(drawing, "QR code with the address and the code"));
}
