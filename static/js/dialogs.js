// One dialog element for the page: a form that asks for it is fetched into it, its close says whether it is done.
import { closeMenus } from "./page.js";
import { said } from "./toasts.js";

const dialog = document.getElementById("dialog");
const ASKED = "dialog";
const TYPED = "textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=search])";
let shownFirst = new Map();
let isShown = false;

// Asked for again before it came, it comes once: a second one would take the place of what was typed into the first.
export async function openDialog(path) {
  await htmx.ajax("GET", path, { source: dialog, target: dialog, swap: "innerHTML" });
  if (!dialog.open) return false;
  return new Promise((resolve) => {
    dialog.addEventListener("dialog:ended", () => resolve(dialog.returnValue === "done"), { once: true });
  });
}

export function closeDialog(result) {
  dialog.close(result);
  end();
}

// A browser says that a dialog was closed with the next frame it draws; by then another one may be open.
function end() {
  if (!isShown || dialog.open) return;
  isShown = false;
  dialog.dispatchEvent(new CustomEvent("dialog:ended"));
}

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const inside = detail.ctx?.target === dialog;
  if (inside && dialog.querySelector("form, .sheet") && !dialog.open) show();
  if (inside) (firstWrong() ?? dialog.querySelector("[autofocus]"))?.focus();
});

// What is wrong with a choice is told where one chooses.
function firstWrong() {
  const wrong = dialog.querySelector("[aria-invalid=true]");
  return wrong?.matches("fieldset") ? (wrong.querySelector(":checked") ?? wrong.querySelector("input")) : wrong;
}

function show() {
  closeMenus(null); // the focus comes back to where it was, and there it must still be seen
  end();
  isShown = true;
  dialog.returnValue = "";
  shownFirst = new Map(fields());
  dialog.showModal();
}

const fields = () => [...dialog.querySelectorAll(TYPED)].map((field) => [field.name, field.value]);

// A form that came back with what is wrong holds what was typed before, too. What is kept as a draft is not dropped.
function isHalfWritten() {
  if (dialog.querySelector("form[data-draft]")) return false;
  return fields().some(([name, value]) => value.trim() && value !== (shownFirst.get(name) ?? ""));
}

// Escape may be meant for something else; who presses Cancel means it. A browser says `cancel` once, then closes unasked:
// so the key is heard itself, and `cancel` for other ways, such as a phone's back.
for (const way of ["keydown", "cancel"])
  dialog.addEventListener(way, (event) => {
    if ((way === "keydown" && event.key !== "Escape") || !isHalfWritten()) return;
    event.preventDefault();
    if (confirm("Close this, and drop what you typed?")) closeDialog("");
  });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-dialog]")) return;
  event.preventDefault();
  sessionStorage.setItem(ASKED, JSON.stringify({ path: location.pathname, action: form.getAttribute("action") }));
  const query = new URLSearchParams(new FormData(form)).toString();
  openDialog(form.getAttribute("action") + (query && `?${query}`));
});

dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    closeDialog("");
  }
});

dialog.addEventListener("close", () => {
  end();
  if (!dialog.open) dialog.replaceChildren();
});

// A dialog that did something loads the page anew: the focus is where it was asked for, or where the page begins.
function comeBack() {
  const asked = JSON.parse(sessionStorage.getItem(ASKED));
  sessionStorage.removeItem(ASKED);
  if (!said || asked?.path !== location.pathname) return;
  const button = document.querySelector(`form[data-dialog][action="${CSS.escape(asked.action)}"] button`);
  const place = button ?? document.querySelector("h1");
  if (!button) place?.setAttribute("tabindex", "-1");
  place?.focus();
}

comeBack();
