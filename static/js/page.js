// What every page does: sign its requests, open the search by a key, switch the theme, send a form once.
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

document.addEventListener("htmx:error", () => notSaved("The CRM cannot be reached. Your text is still here."));

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

// A second click on a slow connection must not send the form again; the key in it would make it harmless anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]")) return;
  if (form.getAttribute("aria-busy") === "true") event.preventDefault();
  else if (!form.hasAttribute("hx-post")) form.setAttribute("aria-busy", "true");
});

function closeMenus(except) {
  for (const menu of document.querySelectorAll("[data-menu][open]")) if (menu !== except) menu.open = false;
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
