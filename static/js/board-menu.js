// The "Move to…" menu and the reasons of a score: one popover each, placed beside the button that asks.
import { board, cardOf, stageOf } from "./board-cards.js";
import { ask, move } from "./board-move.js";
import { toggle } from "./board-select.js";

const menu = document.getElementById("move-menu");
const why = document.getElementById("why");
const GAP = 4;
let asking = null;

export function openMenu(card) {
  const button = card.querySelector("[form=move]");
  if (!button) return;
  asking = card;
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
  const act = event.target.closest("[data-act]")?.dataset.act;
  if (act && asking) return other(act);
  const to = event.target.closest("[data-to]")?.dataset.to;
  if (!to || !asking) return;
  const card = asking;
  card.querySelector("a").focus();
  menu.hidePopover();
  move(card, to);
});

function other(act) {
  const card = asking;
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
  await htmx.ajax("GET", `/leads/${card.dataset.leadId}/why`, { target: why, swap: "innerHTML" });
  placeBeside(why, chip);
}

function placeBeside(popover, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight;
  popover.style.left = `${Math.max(GAP, Math.min(at.right - width, innerWidth - width - GAP))}px`;
  popover.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - height - GAP)}px`;
}
