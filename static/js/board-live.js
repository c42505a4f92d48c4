// What others change appears by itself: ids come by a stream, the cards by the usual way, never under one's hands.
import { apply, board, columnOf, findCard } from "./board-cards.js";
import { follow } from "./live.js";

const TICK = 400;
const SENT_BY_NOW = 2_500;
const AT_ONCE = 100;
const state = document.getElementById("live-state");
const waiting = new Set();
let busy = false;

function hear({ id, version }) {
  if (version && Number(findCard(id)?.dataset.version) === version) return;
  waiting.add(id);
}

async function lookAtAll() {
  const page = await get(`/board?${board.dataset.query}`, {});
  if (!page) return;
  const shown = new DOMParser().parseFromString(page, "text/html");
  for (const card of [...shown.querySelectorAll("[data-lead-id]"), ...board.querySelectorAll("[data-lead-id]")])
    waiting.add(card.dataset.leadId);
}

// A card in use stays as it is until it is let go; a new one must not push the cards under the pointer down.
function isHeld(id) {
  const card = findCard(id);
  if (!card) return false;
  return card.contains(document.activeElement) || card.classList.contains("is-saving");
}

async function tick() {
  if (busy || !waiting.size || document.querySelector("dialog[open], .popover:popover-open, .is-dragging-board")) return;
  const ids = [...waiting].filter((id) => !isHeld(id)).slice(0, AT_ONCE);
  if (!ids.length) return;
  busy = true;
  const html = await get(`/board/cards?ids=${ids.join()}&${board.dataset.query}`, { "HX-Request": "true", "HX-Request-Type": "partial" });
  busy = false;
  if (html !== null) show(ids, html);
}

function show(ids, html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const there = new Map([...answer.content.querySelectorAll(".card")].map((card) => [card.dataset.leadId, card]));
  for (const id of ids) {
    const card = there.get(id);
    if (isHeld(id) || (card && isInTheWay(card))) {
      card?.remove();
      continue;
    }
    waiting.delete(id);
    if (card) card.classList.add("is-landed");
    else findCard(id)?.remove();
  }
  const holder = document.createElement("div");
  holder.append(answer.content);
  apply(holder.innerHTML);
  for (const pill of board.querySelectorAll(".pill")) if (!waiting.size) pill.remove();
}

function isInTheWay(card) {
  const column = board.querySelector(`.column[data-stage="${card.dataset.stageNow}"]`);
  if (columnOf(findCard(card.dataset.leadId)) === column || !column.matches(":hover")) return false;
  if (column.dataset.letIn) return false;
  offer(column);
  return true;
}

function offer(column) {
  if (column.querySelector(".pill")) return;
  const pill = document.createElement("button");
  pill.type = "button";
  pill.className = "pill";
  pill.textContent = "Something new: show it";
  pill.addEventListener("click", () => {
    column.dataset.letIn = "1";
    pill.remove();
    setTimeout(() => delete column.dataset.letIn, 2 * TICK);
  });
  column.querySelector(".column-head").after(pill);
}

async function get(path, headers) {
  const response = await fetch(path, { headers }).catch(() => null);
  return response?.ok ? response.text() : null;
}

document.addEventListener("board:changed", ({ detail: { id, again } }) => {
  waiting.add(id);
  if (again) setTimeout(() => waiting.add(id), SENT_BY_NOW);
});
setInterval(tick, TICK);
follow("/live", {
  hear: { lead: hear },
  look: lookAtAll,
  whileLost: (lost) => {
    state.hidden = !lost;
  },
});
