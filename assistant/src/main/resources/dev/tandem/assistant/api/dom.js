/* Small pieces of page. Text only ever enters as text: names come from other devices. */

/* An element with attributes (class, href, …; on… are listeners; true sets, false, null leave out) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/* Sets a text if it is another one: a screen reader then says only what is new. */
export function text(node, said) {
  if (node.textContent !== said) node.textContent = said;
}

/* Keeps one child for each item, so that focus and selection survive a redraw; make(item) gives a node that may have a
   method update(item), called for every item each time. */
export function keyed(list, items, key, make) {
  const names = new Set(items.map((item) => String(key(item))));
  // first, as moving the others up into their place would take the focus from them
  [...list.children].forEach((child) => { if (!names.has(child.dataset.key)) child.remove(); });
  const old = new Map([...list.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, index) => {
    const name = String(key(item));
    let child = old.get(name);
    if (child === undefined) {
      child = make(item);
      child.dataset.key = name;
      old.set(name, child);
    }
    if (child.update) child.update(item);
    if (list.children[index] !== child) list.insertBefore(child, list.children[index] || null);
  });
}

/* Replaces the children only if they are to look different. */
export function redraw(parent, data, draw) {
  const drawn = JSON.stringify(data);
  if (parent.dataset.drawn === drawn) return;
  parent.dataset.drawn = drawn;
  parent.replaceChildren(...draw(data));
}

/* A labelled input, select or textarea; its field is .field. */
export function labelled(label, field, hint) {
  const id = "field-" + labelled.next++;
  field.id = id;
  const made = element("div", { class: "labelled" }, element("label", { for: id }, label), field);
  if (hint) {
    made.append(element("p", { id: id + "-hint", class: "quiet" }, hint));
    field.setAttribute("aria-describedby", id + "-hint");
  }
  made.field = field;
  return made;
}
labelled.next = 1;

/* A button that runs something that may take a while and may fail; says either beside itself. */
export function button(label, run, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, label);
  made.addEventListener("click", () => attempt(made, run));
  return made;
}

/* A form with a submit button; run(form) as of button(). */
export function form(verb, run, ...fields) {
  const submit = element("button", { type: "submit", class: "main" }, verb);
  const made = element("form", { novalidate: true }, fields, element("p", { class: "buttons" }, submit));
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(submit, () => run(made));
  });
  return made;
}

/* Runs what a button stands for, once at a time; what run returns, if it is a text, is said. */
export async function attempt(by, run) {
  if (by.getAttribute("aria-disabled") === "true") return;
  by.setAttribute("aria-disabled", "true");
  failure(by, null);
  try {
    const done = await run();
    if (typeof done === "string") say(done);
  } catch (e) {
    if (e.name !== "AbortError") failure(by, e.message);
  } finally {
    by.removeAttribute("aria-disabled");
  }
}

function failure(by, line) {
  const place = by.closest(".buttons, .row") || by;
  if (place.nextElementSibling && place.nextElementSibling.classList.contains("failure")) place.nextElementSibling.remove();
  if (line !== null) place.after(element("p", { class: "failure", role: "alert" }, line));
}

let silence = null;

/* A line at the foot of the page, also read aloud, for a while. */
export function say(line) {
  const said = document.getElementById("said");
  said.textContent = line;
  clearTimeout(silence);
  silence = setTimeout(() => { said.textContent = ""; }, 8000);
}

/* Asks before what cannot be taken back; a promise of whether to go on. */
export function confirmed(question, meaning, verb) {
  return new Promise((resolve) => {
    const no = element("button", { type: "button" }, "Cancel");
    const yes = element("button", { type: "button", class: "danger" }, verb);
    const dialog = element("dialog", { "aria-labelledby": "question", "aria-describedby": "meaning" },
      element("h2", { id: "question" }, question), element("p", { id: "meaning" }, meaning),
      element("p", { class: "buttons" }, no, yes));
    no.addEventListener("click", () => dialog.close());
    yes.addEventListener("click", () => dialog.close("yes"));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue === "yes"); });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function state(name) {
  return element("span", { class: "state " + name }, name);
}

export function when(iso) {
  return element("time", { datetime: iso }, new Date(iso).toLocaleString());
}

export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit++; }
  return (unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)) + " " + units[unit];
}

/* An address within the page. */
export function address(view, parameters = {}) {
  const query = new URLSearchParams(parameters).toString();
  return "#/" + view + (query ? "?" + query : "");
}
