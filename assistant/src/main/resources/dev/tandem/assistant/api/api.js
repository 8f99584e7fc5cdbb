/* What the views have of the daemon. A failure is an Error whose message is one line for the user. */
import { live } from "/live.js";

const NO_ANSWER = "The daemon does not answer: nothing was changed by what you just did, as far as this page knows.";

async function request(method, path, body, signal) {
  let answer;
  try {
    answer = await fetch(path, {
      method, signal,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Error(NO_ANSWER);
  }
  const said = await answer.json().catch(() => ({ line: "The daemon's answer cannot be read; see its log." }));
  if (!answer.ok) {
    const failure = new Error(said.line);
    failure.kind = said.kind;
    throw failure;
  }
  return said;
}

/*
 * For one view, until its signal is aborted:
 *   get(path), post(path, body), remove(path)   a promise of the answer
 *   onStatus(f)    f(status) now, if it is known, and with every change
 *   onEntry(f)     f(entry) with every new line of the journal
 *   signal         aborted when the user goes elsewhere
 */
export function apiFor(signal) {
  return {
    signal,
    get: (path) => request("GET", path, undefined, signal),
    post: (path, body) => request("POST", path, body, signal),
    remove: (path) => request("DELETE", path, undefined, signal),
    onStatus: (f) => live.onStatus(f, signal),
    onEntry: (f) => live.onEntry(f, signal),
  };
}
