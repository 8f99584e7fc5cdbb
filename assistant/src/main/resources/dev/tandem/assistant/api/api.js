/* What the views have of the daemon. A failure is an Error whose message is one line for the user. */
import { live } from "/live.js";

const NO_ANSWER = "The daemon does not answer: nothing was changed by what you just did, as far as this page knows.";
const UNREADABLE = "The daemon's answer cannot be read; see its log.";

async function fetched(method, path, body, signal) {
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
  if (!answer.ok) {
    const said = await answer.json().catch(() => ({ line: UNREADABLE }));
    const failure = new Error(said.line);
    failure.kind = said.kind;
    throw failure;
  }
  return answer;
}

async function request(method, path, body, signal) {
  const answer = await fetched(method, path, body, signal);
  return answer.json().catch(() => { throw new Error(UNREADABLE); });
}

async function lines(path, signal) {
  const answer = await fetched("GET", path, undefined, signal);
  return (await answer.text()).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/*
 * For one view, until its signal is aborted:
 *   get(path), post(path, body), remove(path)   a promise of the answer
 *   lines(path)    a promise of the objects of an answer that has one on each line
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
    lines: (path) => lines(path, signal),
    onStatus: (f) => live.onStatus(f, signal),
    onEntry: (f) => live.onEntry(f, signal),
  };
}
