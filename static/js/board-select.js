// Picking several cards: X or Ctrl-click, Shift-X for all between; the bar then changes them together.
import { board, cardOf, cardsIn, columnOf, findCard, focusCard, isOpen, nameOf, stageOf } from "./board-cards.js";
import { announce } from "./toasts.js";

const bar = document.getElementById("selection");
let last = null;

const picked = () => [...board.querySelectorAll(".card.is-selected")];

export function toggle(card) {
  if (!isOpen(stageOf(card))) return;
  const selected = card.classList.toggle("is-selected");
  last = card;
  show(`${nameOf(card)} ${selected ? "selected" : "not selected"}.`);
}

export function selectTo(card) {
  const cards = cardsIn(columnOf(card));
  const [from, to] = [cards.indexOf(last), cards.indexOf(card)].sort((a, b) => a - b);
  for (const each of cards.slice(Math.max(from, 0), to + 1)) each.classList.add("is-selected");
  last = card;
  show("");
}

function show(words) {
  const cards = picked();
  const isInBar = bar.contains(document.activeElement);
  bar.hidden = cards.length === 0;
  if (bar.hidden && isInBar && last) focusCard(findCard(last.dataset.leadId));
  bar.querySelector("[data-count]").textContent = `${cards.length} selected`;
  announce(`${words} ${cards.length} selected.`);
}

function deselect() {
  for (const card of picked()) card.classList.remove("is-selected");
  show("");
}

board.addEventListener(
  "click",
  (event) => {
    const card = cardOf(event.target);
    if (!card || !(event.ctrlKey || event.metaKey) || event.target.closest("button")) return;
    event.preventDefault();
    toggle(card);
  },
  { capture: true },
);

// What is sent is what is selected at that moment, in the versions that are on the screen.
bar.addEventListener(
  "submit",
  () => {
    const fields = picked().map((card) => {
      const field = document.createElement("input");
      Object.assign(field, { type: "hidden", name: "lead", value: `${card.dataset.leadId}:${card.dataset.version}` });
      return field;
    });
    bar.querySelector("[data-picks]").replaceChildren(...fields);
  },
  { capture: true },
);

document.addEventListener("board:filtered", () => bar.hidden || deselect());
bar.querySelector("[data-deselect]").addEventListener("click", deselect);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && picked().length && !document.querySelector("dialog:modal, .popover:popover-open")) deselect();
});
document.addEventListener("htmx:after:swap", () => {
  const done = document.querySelector("#dialog [data-changed]");
  const [first] = picked();
  if (!done || !first) return;
  returnTo(first.dataset.leadId);
  deselect();
  const ids = done.dataset.changed.split(",").filter(Boolean);
  for (const id of ids) document.dispatchEvent(new CustomEvent("board:changed", { detail: { id, own: true } }));
});

// The bar that opened the dialog is gone when it closes: one goes on where the selection began.
function returnTo(id) {
  document.getElementById("dialog").addEventListener("dialog:ended", () => focusCard(findCard(id)), { once: true });
}
