// A form with data-draft keeps what was typed until it is sent: a lost session or a closed tab loses nothing.
// With data-draft-fields it keeps these fields only: what the others show may be newer than the draft.
import { said } from "./toasts.js";

const KEPT = `draft:${document.body.dataset.viewer}:`; // who signs in next is not shown what somebody else typed
const SENT = "draft-sent";
const OURS = ["_csrf_token", "key", "lead_id", "version", "plans", "view", "from"];

const formOf = (target) => target.closest?.("form[data-draft]");
const forget = (draft) => sessionStorage.removeItem(KEPT + draft);

function isKept(form, name) {
  return form.dataset.draftFields ? form.dataset.draftFields.split(" ").includes(name) : !OURS.includes(name);
}

function keep({ target }) {
  const form = formOf(target);
  if (!form) return;
  const typed = [...new FormData(form)].filter(([name]) => isKept(form, name));
  sessionStorage.setItem(KEPT + form.dataset.draft, JSON.stringify(Object.fromEntries(typed)));
}

export function restore(form) {
  const kept = form && sessionStorage.getItem(KEPT + form.dataset.draft);
  if (!kept) return;
  for (const [name, value] of Object.entries(JSON.parse(kept))) {
    const field = form.elements[name];
    if (!field || ![...(field.options ?? [{ value }])].some((option) => option.value === value)) continue;
    field.value = value;
    if (value) field.closest?.("details")?.setAttribute("open", "");
  }
}

document.addEventListener("input", keep);
document.addEventListener("change", keep);

// Whether a form was taken is known by what comes back: of a page's own, the next page says so.
document.addEventListener("submit", ({ target }) => {
  if (formOf(target) && !target.hasAttribute("hx-post")) sessionStorage.setItem(SENT, target.dataset.draft);
});

document.addEventListener("htmx:after:request", ({ detail }) => {
  const { sourceElement: form, response } = detail.ctx;
  if (!form.matches?.("form[data-draft]") || response.status !== 200) return;
  forget(form.dataset.draft);
  delete form.dataset.draft; // a field that had the focus tells of a change once more when its dialog closes
});

if (said && sessionStorage.getItem(SENT)) forget(sessionStorage.getItem(SENT));
sessionStorage.removeItem(SENT);

// A form that comes back with what is wrong has its values already.
function restoreIn(place) {
  for (const form of place.querySelectorAll("form[data-draft]"))
    if (!form.querySelector("[role=alert]")) restore(form);
}

restoreIn(document);
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.target?.matches?.("dialog")) restoreIn(detail.ctx.target);
});
