// What every page does: sign its requests, open the search by a key, switch the theme, send a form once.
import "./longest.js";
import { toast } from "./toasts.js";

export function token() {
  return document.querySelector('meta[name="csrf-token"]').content;
}

export function isTyping(target) {
  return target.closest?.("input, textarea, select, [contenteditable]") != null;
}

document.addEventListener("htmx:config:request", ({ detail }) => {
  detail.ctx.request.headers["X-CSRFToken"] = token();
});

document.addEventListener("htmx:response:error", ({ detail }) => {
  if (detail.ctx.response.status >= 500) notSaved("Something went wrong. Please try again.");
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  const typed = ctx?.sourceElement?.matches?.("form");
  notSaved(`The CRM cannot be reached. ${typed ? "Your text is still here." : "Please try again."}`);
});

function notSaved(text) {
  toast(text, { bad: true });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
  if (event.key === "Escape") closeMenus(null);
});

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("[data-menu]"));
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  if (event.target.closest("[data-density-switch]")) switchDensity();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// What narrows nothing is not part of an address; several of one kind are one value of it.
document.addEventListener("formdata", ({ target, formData }) => {
  if (!target.matches("[data-lean]")) return;
  for (const name of new Set(formData.keys())) {
    const values = formData.getAll(name).filter(Boolean);
    if (values.length) formData.set(name, values.join(","));
    else formData.delete(name);
  }
});

// Not when the field is left: what goes then would move the button from under the pointer that presses it.
document.addEventListener("input", (event) => forgive(event.target));

// What was typed or chosen anew is not wrong until it is sent; nor is what was missing because of another choice.
function forgive(changed) {
  const { form, name } = changed;
  const asked = form?.querySelector(`[aria-invalid][data-asked-by="${CSS.escape(name)}"]`);
  for (const field of [asked, changed.closest("[aria-invalid]")]) if (form && field) unmark(form, field);
}

function unmark(form, field) {
  form.querySelector(`#${field.getAttribute("aria-describedby")}`)?.remove();
  for (const mark of ["aria-invalid", "aria-describedby"]) field.removeAttribute(mark);
  if (!form.querySelector("[aria-invalid]")) form.querySelector(".notice--bad")?.remove();
}

// A page that shows its form again begins where something is wrong.
const wrong = document.querySelector("main [aria-invalid=true]");
(wrong?.matches("fieldset") ? wrong.querySelector("input") : wrong)?.focus();

// A second click on a slow connection must not send the form again; the key in it would make it harmless anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else if (!form.hasAttribute("hx-post")) form.setAttribute("aria-busy", "true");
});

// A menu with fields in it is opened to fill these in; a choice before any text keeps a phone's keyboard down.
document.addEventListener("toggle", ({ target }) => openedToFillIn(target), true);

// One that would end below what is seen of the page, or under the bar of a phone, opens upwards.
document.addEventListener("toggle", ({ target: menu }) => menu.matches?.("[data-menu]") && openWhereThereIsRoom(menu), true);

function openWhereThereIsRoom(menu) {
  menu.classList.remove("menu--up");
  const list = menu.querySelector(".menu-list");
  if (!list || !menu.open) return;
  const bar = parseFloat(getComputedStyle(document.documentElement).scrollPaddingBottom) || 0;
  const { bottom, height } = list.getBoundingClientRect();
  const above = menu.getBoundingClientRect().top - document.querySelector(".topbar").offsetHeight;
  menu.classList.toggle("menu--up", bottom > innerHeight - bar && above > height);
}

function openedToFillIn(menu) {
  if (menu.matches?.("[data-menu][open]")) menu.querySelector("select, input:not([type=hidden])")?.focus();
}

// Whoever was in a menu that closes stands where it is opened again.
export function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (menu === except) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
}

export function switchTheme() {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = (root.dataset.theme || system) === "dark" ? "light" : "dark";
  root.dataset.theme = theme;
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}

export function switchDensity() {
  const root = document.documentElement;
  const density = root.dataset.density === "dense" ? "" : "dense";
  if (density) root.dataset.density = density;
  else delete root.dataset.density;
  document.cookie = `density=${density}; path=/; max-age=31536000; samesite=lax`;
}
