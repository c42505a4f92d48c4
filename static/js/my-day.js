// My day by keys: J and K go through what there is to do, A logs a call, D is done, S snoozes.
import "./layout.js";
import { keysAreOff } from "./keys.js";
import { isTyping } from "./page.js";

const rows = () => [...document.querySelectorAll("[data-todo]")];
const here = () => document.activeElement.closest("[data-todo]");

function go(step) {
  const all = rows();
  const next = all[Math.min(Math.max(all.indexOf(here()) + step, 0), all.length - 1)];
  next?.querySelector(".name").focus();
}

const press = (what) => here()?.querySelector(what)?.click();

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => press("[data-log]"),
  d: () => press("[data-done]"),
  s: () => press("[data-snooze]"),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || keysAreOff()) return;
  if (!KEYS[event.key] || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  KEYS[event.key]();
});
