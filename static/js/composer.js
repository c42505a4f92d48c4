// The activity form: where the hand goes next, and its draft once more where a part of it was replaced.
import "./layout.js";
import { restore } from "./drafts.js";
import "./entry-links.js";
import "./lead.js";
import "./timeline-live.js";

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const swapped = detail.ctx?.sourceElement?.id;
  if (swapped === "composer") focusWrongOrNotes();
  // What is new of the lead took the place of what was chosen for it.
  if (swapped === "timeline") restore(document.getElementById("composer"));
});

document.addEventListener("click", (event) => {
  if (event.target.closest('a[href$="#composer"]')) setTimeout(focusNotes);
});

// The address has scrolled to the whole form, and to whom it is about where there is room.
function focusNotes() {
  document.getElementById("notes")?.focus({ preventScroll: true });
}

function focusWrongOrNotes() {
  const wrong = document.querySelector("#composer [aria-invalid=true]");
  const chosen = wrong?.matches("fieldset") && (wrong.querySelector(":checked") ?? wrong.querySelector("input"));
  (chosen || wrong || document.getElementById("notes"))?.focus({ preventScroll: true });
}

if (location.hash === "#composer") addEventListener("load", () => setTimeout(focusNotes)); // after the browser's own
