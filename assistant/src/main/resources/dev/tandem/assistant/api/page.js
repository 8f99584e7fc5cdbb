/* The frame around the views: which one is shown, and how the daemon is. */
import { apiFor } from "/api.js";
import { element, say, text } from "/dom.js";
import { live } from "/live.js";
import { views } from "/views.js";

const place = document.getElementById("view");
let leave = new AbortController();

function wanted() {
  const address = location.hash.replace(/^#\/?/, "");
  const mark = address.indexOf("?");
  const id = mark < 0 ? address : address.slice(0, mark);
  return {
    view: views.find((view) => view.id === id) || views[0],
    parameters: new URLSearchParams(mark < 0 ? "" : address.slice(mark + 1)),
  };
}

function navigation(current) {
  document.getElementById("views").replaceChildren(...views.filter((view) => !view.isDetail).map((view) =>
    element("li", {}, element("a", { href: "#/" + view.id, "aria-current": view === current && "page" }, view.title))));
  // on a phone the others scroll sideways
  document.querySelector("#views [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

async function go(byUser) {
  const { view, parameters } = wanted();
  leave.abort();
  leave = new AbortController();
  const mine = leave;
  navigation(view);
  document.title = view.title + " – Tandem";
  const content = element("div", { class: "view-" + view.id });
  place.replaceChildren(element("h1", {}, view.title), content);
  if (byUser) place.focus({ preventScroll: true });
  scrollTo(0, 0);
  try {
    await view.show(content, parameters, apiFor(mine.signal));
  } catch (e) {
    if (e.name !== "AbortError") content.append(element("p", { class: "failure", role: "alert" }, e.message));
  }
}

document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  place.focus();
});
addEventListener("hashchange", () => go(true));
addEventListener("unhandledrejection", (event) => { if (event.reason.name !== "AbortError") say(event.reason.message); });

const lost = document.getElementById("lost");
live.start((line) => {
  lost.hidden = line === null;
  text(lost, line || "");
});
live.onStatus((status) => {
  text(document.getElementById("daemon"), status.daemon.name + " · version " + status.daemon.version);
}, new AbortController().signal);
go(false);
