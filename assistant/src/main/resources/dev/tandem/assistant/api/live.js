/* The daemon's event stream: its status whenever that changes, and every new line of the journal. */
const statusReaders = new Set();
const entryReaders = new Set();
let status = null;
let stream = null;
let cursor = null; // of the last line that was seen, to go on from
let onLost = () => {};

function subscribe(readers, f, signal) {
  readers.add(f);
  signal.addEventListener("abort", () => readers.delete(f));
}

function open() {
  stream = new EventSource("/api/events" + (cursor === null ? "" : "?since=" + cursor));
  stream.addEventListener("status", (event) => {
    onLost(null);
    cursor = event.lastEventId;
    status = JSON.parse(event.data);
    statusReaders.forEach((f) => f(status));
  });
  stream.addEventListener("entry", (event) => {
    const entry = JSON.parse(event.data);
    cursor = event.lastEventId;
    entryReaders.forEach((f) => f(entry));
  });
  stream.onerror = () => explain(stream);
}

/* An EventSource does not say why; it tries again by itself unless it was turned away. */
async function explain(failed) {
  let line = "The daemon does not answer. This page shows what it last said, and tries again by itself.";
  try {
    const answer = await fetch("/api/status");
    if (answer.status === 401) line = "The daemon was restarted: open this page anew with tandem web.";
    else if (answer.ok) line = "The daemon has no place for one more page: close another one. This page tries again by itself.";
  } catch (e) {
    if (!(e instanceof TypeError)) throw e;
  }
  if (stream !== failed) return;
  onLost(line);
  if (failed.readyState === EventSource.CLOSED) setTimeout(() => { if (stream === failed && !document.hidden) open(); }, 3000);
}

function close() {
  if (stream !== null) stream.close();
  stream = null;
}

export const live = {
  /* Begins; lost(line) is called when the daemon cannot be heard, lost(null) when it can again. */
  start(lost) {
    onLost = lost;
    open();
    // A page that nobody looks at leaves its place to others; what it missed comes by the cursor.
    document.addEventListener("visibilitychange", () => { close(); if (!document.hidden) open(); });
  },
  onStatus(f, signal) {
    subscribe(statusReaders, f, signal);
    if (status !== null) f(status);
  },
  onEntry: (f, signal) => subscribe(entryReaders, f, signal),
};
