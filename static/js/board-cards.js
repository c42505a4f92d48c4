// The board as the scripts see it: cards, columns, and putting one into the other.
export const board = document.getElementById("board");

export const cardOf = (element) => element?.closest?.(".card") ?? null;
export const columnOf = (element) => element?.closest?.(".column") ?? null;
export const stageOf = (card) => columnOf(card)?.dataset.stage;
export const columnAt = (stage) => board.querySelector(`.column[data-stage="${stage}"]`);
export const columns = () => [...board.querySelectorAll(".column")];
export const cardsIn = (column) => [...column.querySelectorAll(".card:not(.is-ghost)")];
export const findCard = (id) => board.querySelector(`.card[data-lead-id="${CSS.escape(id)}"]`);
export const nameOf = (card) => card.querySelector("a").textContent;
export const isOpen = (stage) => !stage.startsWith("closed_");

export function putInto(card, stage) {
  columnAt(stage).querySelector(".cards").prepend(card);
}

// Where a card stood, to put it back exactly there.
export function placeOf(card) {
  return { parent: card.parentNode, next: card.nextElementSibling };
}

export function putBack(card, { parent, next }) {
  const hadFocus = card.contains(document.activeElement);
  parent.insertBefore(card, next?.parentNode === parent ? next : null);
  if (hadFocus) focusCard(card);
}

export function focusCard(card) {
  card?.querySelector("a")?.focus({ preventScroll: false });
}

// A card that leaves the board leaves the focus to the next one, or to its column.
export function takeAway(id) {
  const card = findCard(id);
  if (!card) return;
  const near = [card.nextElementSibling, card.previousElementSibling].find((each) => each?.matches(".card"));
  if (card.contains(document.activeElement)) near ? focusCard(near) : card.parentNode.focus();
  card.remove();
}

// A card takes the place of its older self, or goes to the top of the column where it now belongs.
function place(card) {
  const old = findCard(card.dataset.leadId);
  const hadFocus = old?.contains(document.activeElement);
  if (old?.classList.contains("is-selected")) card.classList.add("is-selected");
  old?.replaceWith(card);
  const stage = card.dataset.stageNow;
  if (stage && stageOf(card) !== stage) putInto(card, stage);
  if (hadFocus) focusCard(card);
}

// How often the board was changed by an answer: one that was asked for before the last of them may be older.
let applied = 0;
export const changes = () => applied;

// The server's word on a card or a column head replaces ours; anything else in the answer is a message. It is about the
// leads that were asked for, also those that have no card here any more, and whatever cards came.
export function apply(html, about = []) {
  applied += 1;
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const came = [...answer.content.querySelectorAll(".card")].map((card) => card.dataset.leadId);
  for (const element of [...answer.content.children]) {
    if (element.matches(".card")) place(element);
    else if (element.matches(".toast")) document.getElementById("toasts").append(element);
    else document.getElementById(element.id)?.replaceWith(element);
    htmx.process(element);
  }
  addUp();
  document.dispatchEvent(new CustomEvent("board:applied", { detail: [...about, ...came] }));
}

// A phone's tabs and the totals above the board are what its columns say, written as the server writes them.
export function addUp() {
  for (const column of columns()) {
    const tab = document.querySelector(`[data-tab="${column.dataset.stage}"] .quiet`);
    if (tab) tab.textContent = column.querySelector(".count").dataset.count;
  }
  const open = columns().filter((column) => isOpen(column.dataset.stage));
  const counts = open.map((column) => column.querySelector(".count").dataset);
  for (const total of document.querySelectorAll("[data-total]")) {
    const of = total.dataset.total;
    const sum = counts.reduce((all, count) => all + Number(count[of]), 0);
    total.textContent = of === "count" ? countOf(sum) : total.textContent.replace(/\d.*/, amountOf(sum));
  }
}

function countOf(sum) {
  return `${sum.toLocaleString("en")} open lead${sum === 1 ? "" : "s"}`;
}

function amountOf(sum) {
  return sum.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).replace(/\.00$/, "");
}
