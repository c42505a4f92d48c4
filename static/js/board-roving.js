// One stop for Tab in each column: the card one was on last. From there Tab goes through that card's own buttons, and
// arrows go from card to card. It is done here, so that without scripts everything is a stop.
import { board, cardOf, columns, focusCard } from "./board-cards.js";

const stops = new Map(); // of each list, the card whose link is a stop
let open = []; // what else is one: the buttons of the card in use, and what shows more below it
let more = null; // while the focus is there, where it stood

export const stopOf = (column) => stops.get(listOf(column));

const listOf = (column) => column.querySelector(".cards");
const isCard = (node) => node?.nodeType === Node.ELEMENT_NODE && node.matches(".card");

function skip(elements) {
  for (const element of elements) element.tabIndex = -1;
}

function stopAt(elements) {
  for (const element of elements) element.removeAttribute("tabindex");
}

function setStop(list, card) {
  const old = stops.get(list);
  if (old !== card && old?.parentNode === list) skip(old.querySelectorAll("a"));
  stops.set(list, card);
  if (card) stopAt(card.querySelectorAll("a"));
}

function use(card) {
  const list = card.parentNode;
  skip(open);
  open = [...card.querySelectorAll("button"), ...list.querySelectorAll(".more a")];
  stopAt(open);
  setStop(list, card);
}

// Where the stop has gone, its fresh card is one, else the card beside it.
function mend(list, near) {
  const old = stops.get(list);
  if (old?.parentNode === list) return;
  const again = old && list.querySelector(`[data-lead-id="${CSS.escape(old.dataset.leadId)}"]`);
  setStop(list, again ?? near ?? list.querySelector(".card"));
}

function follow(changes) {
  for (const { addedNodes } of changes)
    for (const node of addedNodes)
      if (node.nodeType === Node.ELEMENT_NODE && node !== stops.get(node.parentNode)) skip(node.querySelectorAll("a, button"));
  for (const { target, nextSibling, previousSibling } of changes)
    mend(target, [nextSibling, previousSibling].find((node) => isCard(node) && node.parentNode === target));
  goOn();
}

// What shows more is replaced by what it shows, often as soon as one comes there: one goes on with the first of that.
function goOn() {
  if (!more || more.link.isConnected) return;
  if (document.activeElement === document.body) focusCard(more.after.nextElementSibling);
  more = null;
}

board.addEventListener("focusin", ({ target }) => {
  const card = cardOf(target);
  const line = target.closest(".more");
  more = line && { link: line, after: line.previousElementSibling };
  if (card) use(card);
});

const watch = new MutationObserver(follow);
for (const list of columns().map(listOf)) {
  skip(list.querySelectorAll("a, button"));
  mend(list);
  watch.observe(list, { childList: true });
}
if (cardOf(document.activeElement)) use(cardOf(document.activeElement));
