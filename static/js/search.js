// Finding: the list below the search field, and the palette that goes anywhere (Ctrl or Cmd and K).
import { openDialog } from "./dialogs.js";
import "./keys.js";
import { switchDensity, switchTheme } from "./page.js";

const field = document.querySelector("[data-search]");
const palette = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const hits = document.getElementById("palette-hits");
const ACTS = { theme: switchTheme, density: switchDensity };
const PAUSE = 200;
let timer = 0;
let named = 0;
let pending = null; // what was typed last, until it is answered
let isEntered = false; // and Enter, which then goes to the first one found

// Arrows go from a field through what it found, and back.
document.addEventListener("keydown", (event) => {
  const finder = event.target.closest("[data-finder]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!finder || !step || event.target.type === "radio") return;
  event.preventDefault();
  const stops = [...finder.querySelectorAll("[type=search], .hits a, .hits input")];
  const at = stops.indexOf(event.target);
  const stop = stops[((at < 0 && step < 0 ? 0 : at) + step + stops.length) % stops.length];
  stop.focus();
  if (stop.type === "radio") stop.click();
});
// Whoever went on to one of those found, and is then brought others, stands on the field again, not nowhere.
document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === field && ctx.target.contains(document.activeElement)) field.focus();
});
// In a form that asks for more, Enter finds: it must not send the form with whoever was chosen before.
document.addEventListener("keypress", (event) => {
  if (event.key === "Enter" && event.target.matches("fieldset[data-finder] [type=search]")) event.preventDefault();
});
field?.form.addEventListener("keydown", (event) => event.key === "Escape" && field.blur());
// Keys work a moment before htmx does: what was typed ahead is asked for once it is ready.
document.addEventListener("htmx:after:process", askForTypedAhead, { once: true });

function askForTypedAhead() {
  for (const typed of document.querySelectorAll("[type=search][hx-get]")) {
    if (typed.value !== typed.defaultValue) typed.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

const options = () => [...list.querySelectorAll("[role=option]:not([hidden])"), ...hits.querySelectorAll("[role=option]")];
const said = (option) => option.dataset.said ?? option.textContent.toLowerCase();
const chosen = () => options().find((option) => option.getAttribute("aria-selected") === "true");

function choose(option) {
  for (const each of palette.querySelectorAll("[role=option]")) each.ariaSelected = String(each === option);
  if (!option) return input.removeAttribute("aria-activedescendant");
  option.id ||= `option-${++named}`;
  input.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

function narrow() {
  const words = input.value.trim().toLowerCase().split(/\s+/);
  for (const option of list.children) option.hidden = !words.every((word) => said(option).includes(word));
  choose(options()[0]);
  isEntered = false;
  clearTimeout(timer);
  pending = input.value.trim();
  timer = setTimeout(ask, PAUSE, pending);
}

async function ask(q) {
  if (q.length < 2) forget();
  else await htmx.ajax("GET", `/search?q=${encodeURIComponent(q)}`, { source: input, target: hits, swap: "innerHTML" });
  if (q !== pending) return;
  pending = null;
  if (!hits.querySelector("a") && options().length) hits.replaceChildren();
  hits.querySelector("ul")?.setAttribute("role", "listbox");
  for (const item of hits.querySelectorAll("li")) {
    item.setAttribute("role", "option");
    item.dataset.go = item.querySelector("a").getAttribute("href");
    item.querySelector("a").tabIndex = -1;
  }
  if (!chosen()) choose(options()[0]);
  if (isEntered && palette.open) go(chosen());
}

function forget() {
  htmx.trigger(input, "htmx:abort"); // who was asked for before must not come after all
  hits.replaceChildren();
}

function enter() {
  if (pending === null || list.contains(chosen())) return go(chosen());
  hits.replaceChildren(); // whoever was found before is not meant
  isEntered = true;
}

function go(option) {
  if (!option) return;
  palette.close();
  const { go: path, open, act } = option.dataset;
  if (path) location.assign(path);
  else if (open) openDialog(open);
  else ACTS[act]();
}

function openPalette() {
  if (!palette || document.querySelector("dialog:modal")) return;
  input.value = "";
  hits.replaceChildren();
  palette.showModal();
  narrow();
}

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  openPalette();
});
document.addEventListener("click", (event) => event.target.closest("[data-palette]") && openPalette());
input?.addEventListener("input", narrow);
input?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = options();
  if (step) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
  if (event.key === "Enter") enter();
  if (step || event.key === "Enter") event.preventDefault();
});
palette?.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) {
    event.preventDefault();
    go(option);
  } else if (event.target === palette) palette.close();
});
