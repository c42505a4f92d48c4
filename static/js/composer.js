// The activity form keeps what was typed until it is logged: a lost session or a closed tab loses nothing.
import "./layout.js";
import "./timeline-live.js";

const KEPT = "draft:";
const OURS = ["_csrf_token", "key", "lead_id", "version"];

function draftOf(form) {
  const typed = [...new FormData(form)].filter(([name]) => !OURS.includes(name));
  return JSON.stringify(Object.fromEntries(typed));
}

// A form that comes back with what is wrong has its values already.
function restore() {
  const form = document.getElementById("composer");
  const kept = form && sessionStorage.getItem(KEPT + form.dataset.draft);
  if (!kept || form.querySelector("[role=alert]")) return;
  for (const [name, value] of Object.entries(JSON.parse(kept))) {
    const field = form.elements[name];
    if (field && [...(field.options ?? [{ value }])].some((option) => option.value === value)) field.value = value;
  }
  const more = form.querySelector("details");
  if (form.elements.occurred_at.value || form.elements.duration_minutes.value) more.open = true;
}

function keep({ target }) {
  const form = target.closest?.("#composer");
  if (form) sessionStorage.setItem(KEPT + form.dataset.draft, draftOf(form));
}

document.addEventListener("input", keep);
document.addEventListener("change", keep);

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
