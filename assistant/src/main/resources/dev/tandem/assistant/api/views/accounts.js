/* The XMPP accounts that the daemon is signed in to. */
import { button, confirmed, element, form, keyed, labelled, state, text } from "/dom.js";

export const id = "accounts";
export const title = "Accounts";

export async function show(place, parameters, api) {
  const list = element("ul", { class: "cards" });
  const none = element("p", { class: "quiet" }, "No account yet: devices find each other through one.");
  place.append(none, list, element("section", {}, element("h2", {}, "Add an account"), addition(api)));
  api.onStatus((status) => {
    none.hidden = status.accounts.length > 0;
    keyed(list, status.accounts, (account) => account.jid, (account) => card(account, api));
  });
}

function card(first, api) {
  const how = element("p");
  const error = element("p", { class: "error" });
  const remove = button("Remove", async () => {
    const sure = await confirmed("Remove " + first.jid + "?",
      "This device signs out and forgets the password. Devices that are reached through this account only are not reached any more. No file changes.", "Remove");
    if (!sure) return null;
    await api.remove("/api/accounts?" + new URLSearchParams({ jid: first.jid }));
    return first.jid + " was removed.";
  }, { class: "danger", "aria-label": "Remove " + first.jid });
  const made = element("li", {}, element("h2", {}, first.jid), how, error, element("p", { class: "buttons" }, remove));
  made.update = (account) => {
    how.replaceChildren(state(account.state));
    text(error, account.lastError || "");
    error.hidden = !account.lastError;
  };
  return made;
}

function addition(api) {
  const jid = labelled("Address (JID)", element("input", { type: "email", autocomplete: "username", required: true }), "As in ada@example.org");
  const password = labelled("Password", element("input", { type: "password", autocomplete: "current-password", required: true }));
  const server = labelled("Server", element("input", { type: "text", autocomplete: "off" }), "HOST:PORT; only if the address does not tell");
  const fresh = element("input", { type: "checkbox" });
  const made = form("Sign in", async () => {
    await api.post(fresh.checked ? "/api/accounts/new" : "/api/accounts", {
      jid: jid.field.value.trim(), password: password.field.value, server: server.field.value.trim() || null,
    });
    const done = jid.field.value.trim();
    made.reset();
    return "Signed in to " + done + ".";
  }, jid, password, server, element("p", {}, element("label", {}, fresh, " Make this account on the server first")));
  return made;
}
