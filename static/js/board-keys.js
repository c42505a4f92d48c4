// The board without a mouse: arrows go about, brackets and digits move the card in focus.
import { cardOf, cardsIn, columnOf, columns, focusCard, stageOf } from "./board-cards.js";
import { openMenu } from "./board-menu.js";
import { ask, move, undo } from "./board-move.js";
import { stopOf } from "./board-roving.js";
import { selectTo, toggle } from "./board-select.js";
import { keysAreOff } from "./keys.js";
import { isTyping } from "./page.js";

const stages = columns().map((column) => column.dataset.stage);

const ON_A_CARD = {
  ArrowDown: (card) => within(card, 1),
  ArrowUp: (card) => within(card, -1),
  ArrowRight: (card) => across(card, 1),
  ArrowLeft: (card) => across(card, -1),
};
const LETTERS = {
  j: ON_A_CARD.ArrowDown,
  k: ON_A_CARD.ArrowUp,
  l: ON_A_CARD.ArrowRight,
  h: ON_A_CARD.ArrowLeft,
  "]": (card) => step(card, 1),
  "[": (card) => step(card, -1),
  m: (card) => openMenu(card),
  a: (card) => ask(card, "activity"),
  f: (card) => ask(card, "follow-up"),
  e: (card) => ask(card, "deal"),
  x: (card) => toggle(card),
  X: (card) => selectTo(card),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (document.querySelector("dialog:modal, .popover:popover-open")) return;
  const act = actFor(event);
  if (!act) return;
  event.preventDefault();
  act();
});

function actFor({ key, target }) {
  const card = cardOf(target);
  if (key in ON_A_CARD) return onCard(card, key);
  if (keysAreOff()) return null;
  if (key === "z") return undo;
  if (!card) return null;
  if (key in LETTERS) return () => LETTERS[key](card);
  return stages[key - 1] ? () => move(card, stages[key - 1]) : null;
}

// Without a card in focus, an arrow goes to where Tab enters; the page itself still scrolls by keys elsewhere.
function onCard(card, key) {
  if (card) return () => ON_A_CARD[key](card);
  return document.activeElement === document.body ? () => focusCard(columns().map(stopOf).find(Boolean)) : null;
}

function within(card, by) {
  const next = by > 0 ? card.nextElementSibling : card.previousElementSibling;
  if (next?.matches(".card")) focusCard(next);
}

function across(card, by) {
  const all = columns();
  const row = cardsIn(columnOf(card)).indexOf(card);
  for (let at = all.indexOf(columnOf(card)) + by; all[at]; at += by) {
    const cards = cardsIn(all[at]);
    if (cards.length) return focusCard(cards[Math.min(row, cards.length - 1)]);
  }
}

function step(card, by) {
  const to = stages[stages.indexOf(stageOf(card)) + by];
  if (to) move(card, to);
}
