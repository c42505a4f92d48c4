// The desk by keys: J and K go through the tickets, M takes one, R resolves it, O reopens it, 1 to 5 change the view.
import "./layout.js";
import "./desk-live.js";
import { keysAreOff } from "./keys.js";
import { isTyping } from "./page.js";

const rows = () => [...document.querySelectorAll("#desk tbody tr")];
const links = () => rows().map((row) => row.querySelector("a"));

function go(step) {
  const here = rows().indexOf(document.activeElement.closest("tr"));
  const all = links();
  all[Math.min(Math.max(here + step, 0), all.length - 1)]?.focus();
}

function press(act) {
  const row = document.activeElement.closest("#desk tr");
  row?.querySelector(`[data-act="${act}"]`)?.click();
}

const ARROWS = { ArrowDown: () => go(1), ArrowUp: () => go(-1) };
const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  m: () => press("take"),
  r: () => press("resolve"),
  o: () => press("reopen"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const off = keysAreOff();
  const view = !off && document.querySelectorAll("[data-view]")[Number(event.key) - 1];
  const act = ARROWS[event.key] ?? (!off && KEYS[event.key]);
  if (view) view.click();
  else if (act) {
    event.preventDefault();
    act();
  }
});

// The row is replaced by its answer: whoever works by keys stays on it.
let worked = "";

document.addEventListener("htmx:after:request", ({ detail }) => {
  const form = detail.ctx.sourceElement;
  if (form.closest?.("#desk")) worked = form.closest("tr").id;
});

document.addEventListener("htmx:finally:request", () => {
  document.getElementById(worked)?.querySelector("a").focus();
  worked = "";
});
