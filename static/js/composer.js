// The activity form keeps what was typed until it is logged: a lost session or a closed tab loses no text.
import "./layout.js";

const KEPT = "draft:";

function restore() {
  const form = document.getElementById("composer");
  const notes = form?.elements.notes;
  if (notes && !notes.value) notes.value = sessionStorage.getItem(KEPT + form.dataset.draft) ?? "";
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("#composer");
  if (form && event.target.name === "notes") sessionStorage.setItem(KEPT + form.dataset.draft, event.target.value);
});

document.addEventListener("htmx:after:request", ({ detail }) => {
  const { sourceElement, response } = detail.ctx;
  if (sourceElement.id !== "composer" || response.status !== 200) return;
  sessionStorage.removeItem(KEPT + sourceElement.dataset.draft);
});

document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.sourceElement?.id === "composer") document.getElementById("notes")?.focus({ preventScroll: true });
});

document.addEventListener("click", (event) => {
  if (event.target.closest('a[href$="#notes"]')) setTimeout(() => document.getElementById("notes")?.focus());
});

restore();
if (location.hash === "#notes") document.getElementById("notes")?.focus();
