/* How long ago something was, told anew as time goes on; the exact time is in the title. */
import { element, text } from "/dom.js";

const STEPS = [[60, "second"], [60, "minute"], [24, "hour"], [30, "day"], [12, "month"], [Infinity, "year"]];
const EVERY = 10000;

export function ago(iso) {
  const made = element("time", { class: "ago", "aria-live": "off" });
  made.update = (now) => {
    if (made.dateTime !== now) {
      made.dateTime = now;
      made.title = new Date(now).toLocaleString();
    }
    tell(made);
  };
  made.update(iso);
  return made;
}

function tell(time) {
  text(time, span((Date.now() - new Date(time.dateTime)) / 1000));
}

function span(seconds) {
  if (seconds < 10) return "just now";
  return amount(seconds) + " ago";
}

/* As in "3 minutes". */
export function amount(seconds) {
  let value = seconds;
  for (const [size, unit] of STEPS) {
    if (value < size) return Math.floor(value) + " " + unit + (Math.floor(value) === 1 ? "" : "s");
    value /= size;
  }
  return "";
}

/* Keeps what is told below a place true. */
export function keepTelling(place, signal) {
  const timer = setInterval(() => place.querySelectorAll("time.ago").forEach(tell), EVERY);
  signal.addEventListener("abort", () => clearInterval(timer));
}
