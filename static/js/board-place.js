// Back on the board: every column where it was, with as many cards, and the focus on the card one came from.
import { board, cardOf, columnAt, columns, findCard, focusCard, stageOf } from "./board-cards.js";

const KEPT = "board?";
const LAST = "board"; // the lead's page reads it too
const CAME_BACK = performance.getEntriesByType("navigation")[0]?.type === "back_forward";
const FROM_A_LEAD = document.referrer.includes("/leads/");
const list = (stage) => columnAt(stage).querySelector(".cards");
let opened = null;
let wanted = {};

// Not every browser focuses a link that is clicked.
board.addEventListener("click", ({ target }) => {
  if (target.closest("a")) opened = cardOf(target)?.dataset.leadId;
});

addEventListener("pagehide", () => {
  const { query } = board.dataset;
  const tops = columns().map(({ dataset: { stage } }) => [stage, list(stage).scrollTop]);
  const card = (cardOf(document.activeElement) ?? board.querySelector(".is-beside"))?.dataset.leadId ?? opened;
  sessionStorage.setItem(KEPT + query, JSON.stringify({ left: board.scrollLeft, tops: Object.fromEntries(tops), card }));
  sessionStorage.setItem(LAST, query);
});

function restore() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT + board.dataset.query));
  if (!kept) return;
  board.scrollLeft = kept.left;
  wanted = kept.tops;
  opened = kept.card;
  goOn();
}

// A column that is too short shows its end, which brings more cards, until it is long enough.
function goOn() {
  for (const [stage, top] of Object.entries(wanted)) {
    list(stage).scrollTop = top;
    if (list(stage).scrollTop > top - 1 || !list(stage).querySelector(".more")) delete wanted[stage];
  }
  const card = opened && findCard(opened);
  if (card && !(stageOf(card) in wanted) && document.activeElement === document.body) focusCard(card);
}

function leaveAlone() {
  wanted = {};
  opened = null;
}

if (CAME_BACK || FROM_A_LEAD) restore();
addEventListener("pageshow", ({ persisted }) => persisted && restore());
document.addEventListener("htmx:after:swap", () => Object.keys(wanted).length && goOn());
for (const hand of ["wheel", "touchmove", "pointerdown", "keydown"])
  document.addEventListener(hand, leaveAlone, { capture: true, passive: true });
