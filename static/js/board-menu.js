// The "Move to…" menu and the reasons of a score: one popover each, placed beside the button that asks.
import { board, cardOf, findCard, focusCard, stageOf } from "./board-cards.js";
import { ask, move } from "./board-move.js";
import { toggle } from "./board-select.js";

const menu = document.getElementById("move-menu");
const why = document.getElementById("why");
const GAP = 4;
let asking = ""; // an id: an answer may bring a fresh card while the menu is open

export function openMenu(card) {
  const button = card.querySelector("[form=move]");
  if (!button) return;
  asking = card.dataset.leadId;
  for (const item of menu.querySelectorAll("[data-to]")) item.disabled = item.dataset.to === stageOf(card);
  menu.showPopover();
  placeBeside(menu, button);
  menu.querySelector("[data-to]:enabled").focus();
}

board.addEventListener("click", (event) => {
  const card = cardOf(event.target);
  if (event.target.closest("[form=move]")) {
    event.preventDefault();
    openMenu(card);
  }
  const chip = event.target.closest(".score");
  if (chip) explain(card, chip);
});

menu.addEventListener("click", (event) => {
  const card = findCard(asking);
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act && card) return other(card, act);
  const to = event.target.closest("[data-to]")?.dataset.to;
  if (!to || !card) return;
  focusCard(card);
  menu.hidePopover();
  move(card, to);
});

function other(card, act) {
  menu.hidePopover();
  if (act === "select") toggle(card);
  else ask(card, act);
}

menu.addEventListener("keydown", (event) => {
  const items = [...menu.querySelectorAll("[data-to]")];
  const all = [...menu.querySelectorAll(".menu-item")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    event.preventDefault();
    const open = all.filter((item) => !item.disabled);
    open.at((open.indexOf(document.activeElement) + step) % open.length).focus();
  }
  if (items[event.key - 1] && !items[event.key - 1].disabled) items[event.key - 1].click();
});

async function explain(card, chip) {
  why.textContent = "…";
  why.showPopover();
  placeBeside(why, chip);
  await htmx.ajax("GET", `/leads/${card.dataset.leadId}/why`, { source: why, target: why, swap: "innerHTML" });
  placeBeside(why, chip);
}

function placeBeside(popover, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight;
  popover.style.left = `${Math.max(GAP, Math.min(at.right - width, innerWidth - width - GAP))}px`;
  popover.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - height - GAP)}px`;
}
