// An @ in a text offers colleagues in a list below it: arrows and Enter, or a press, put in whom one means.
const BEGUN = /(?<![\p{L}\p{N}_.+\\-])@([\p{L}\p{N}_.+-]*)$/u;
const PAUSE = 150;
const place = document.createElement("div"); // goes to the text that is typed into
place.className = "mention-place";
place.setAttribute("hx-sync", "replace");
let field = null;
let timer = 0;
let wanted = null; // what was typed last behind an @ that is still open

const options = () => [...place.querySelectorAll("[role=option]")];
const chosen = () => place.querySelector("[aria-selected=true]");
const isOpen = () => place.isConnected && Boolean(chosen());
const begun = () => field.value.slice(0, field.selectionStart).match(BEGUN)?.[1] ?? null;

function close() {
  clearTimeout(timer);
  wanted = null;
  place.replaceChildren();
  for (const name of ["controls", "activedescendant"]) field?.removeAttribute(`aria-${name}`);
}

function choose(option) {
  for (const each of options()) each.ariaSelected = String(each === option);
  field.setAttribute("aria-controls", "mention-choices");
  field.setAttribute("aria-activedescendant", option.id);
  option.scrollIntoView({ block: "nearest" });
}

async function ask(typed) {
  if (place.previousElementSibling !== field) field.after(place);
  const asked = new URLSearchParams({ q: typed, lead: field.form?.elements.lead_id?.value ?? "" });
  await htmx.ajax("GET", `/colleagues?${asked}`, { source: place, target: place, swap: "innerHTML" });
  if (wanted !== null && wanted !== typed) return; // its own answer is on the way
  if (wanted === null || !options().length) close();
  else choose(options()[0]);
}

function take(option) {
  const at = field.selectionStart - begun().length;
  field.setRangeText(`${option.dataset.handle} `, at, field.selectionStart, "end");
  close();
  field.dispatchEvent(new Event("input", { bubbles: true })); // its draft is kept, and its length counted
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("[data-mentions]")) return;
  if (target !== field) close();
  field = target;
  clearTimeout(timer);
  wanted = begun();
  if (wanted === null) close();
  else timer = setTimeout(ask, PAUSE, wanted);
});

const STEPS = { ArrowDown: 1, ArrowUp: -1 };

// Before others hear it: Escape closes the list and not the dialog around it.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.target !== field || !isOpen() || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (begun() === null) return close(); // the caret has gone elsewhere
    const all = options();
    const step = STEPS[event.key];
    if (step) choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    else if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) take(chosen());
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);

document.addEventListener("pointerdown", (event) => {
  if (place.contains(event.target)) event.preventDefault(); // the text keeps the focus
});
place.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  if (option) take(option);
});
document.addEventListener("focusout", ({ target }) => target === field && close());
