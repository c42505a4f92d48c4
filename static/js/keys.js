// Keys of every page: ? shows them all, / searches, G and a letter goes somewhere. They can be switched off.
import { isTyping } from "./page.js";

const OFF = "keys-off";
const SOON = 1_500;
const PLACES = { d: "/", b: "/board", l: "/leads", c: "/customers", t: "/tickets", r: "/reports" };
const help = document.getElementById("keys");
const box = help?.querySelector("[data-keys-switch]");
let going = 0;

export function keysAreOff() {
  return localStorage.getItem(OFF) === "1";
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || keysAreOff()) return;
  if (document.querySelector("dialog:modal, .popover:popover-open")) return;
  const act = actFor(event.key);
  going = event.key === "g" ? Date.now() : 0;
  if (!act) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  act();
});

// Not everybody has every page; the palette names theirs.
function isThere(path) {
  return path && document.querySelector(`#palette [data-go="${path}"]`);
}

function actFor(key) {
  if (Date.now() - going < SOON && isThere(PLACES[key])) return () => location.assign(PLACES[key]);
  if (key === "?") return () => help?.showModal();
  if (key === "/") return () => document.querySelector("[data-search]")?.focus();
  if (key === "n") return () => document.querySelector('form[action="/leads/new"][data-dialog]')?.requestSubmit();
  return null;
}

if (box) {
  box.checked = !keysAreOff();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
}
