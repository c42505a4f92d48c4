// My day by keys: J and K go through what there is to do, A logs a call, D is done, S snoozes.
import "./layout.js";
import "./my-day-live.js";
import { keysAreOff } from "./keys.js";
import { closeMenus, isTyping } from "./page.js";
import { said } from "./toasts.js";

const rows = () => [...document.querySelectorAll("[data-todo]")];
const here = () => document.activeElement.closest("[data-todo]");

function go(step) {
  const all = rows();
  const next = all[Math.min(Math.max(all.indexOf(here()) + step, 0), all.length - 1)];
  next?.querySelector(".name").focus();
}

const press = (what) => here()?.querySelector(what)?.click();

function snooze() {
  press("[data-snooze]");
  here()?.querySelector("[data-menu][open] .menu-item")?.focus();
}

const KEYS = {
  j: () => go(1),
  k: () => go(-1),
  a: () => press("[data-log]"),
  d: () => press("[data-done]"),
  s: snooze,
};

// An open menu keeps the arrows to itself, as the board's does.
function stepInMenu(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const menu = event.target.closest?.("[data-menu][open]");
  if (!step || !menu) return;
  event.preventDefault();
  const items = [...menu.querySelectorAll(".menu-item")];
  const next = items.indexOf(document.activeElement) + step;
  items.at(next < items.length ? Math.max(next, -1) : 0).focus();
}

// Who leaves the dialog that a menu led to stands where the menu is opened.
document.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-menu] [data-dialog]")) closeMenus(null);
});

document.addEventListener("keydown", stepInMenu);
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || keysAreOff()) return;
  if (!KEYS[event.key] || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  KEYS[event.key]();
});

// After an act the page comes anew: it begins where its reader was, on what took the place of what they did.
const PLACE = "my-day";
const SOON = 60_000;

document.addEventListener("click", ({ target }) => {
  const row = target.closest("[data-todo]");
  if (row) sessionStorage.setItem(PLACE, JSON.stringify({ at: Date.now(), index: rows().indexOf(row), top: scrollY }));
});

function comeBack() {
  const { at, index, top } = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}");
  sessionStorage.removeItem(PLACE);
  if (!said || !at || Date.now() - at > SOON) return;
  scrollTo({ top, behavior: "instant" });
  (rows()[index] ?? rows().at(-1))?.querySelector(".name").focus({ preventScroll: true });
}

comeBack();
