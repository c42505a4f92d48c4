// What others change appears by itself: ids come by a stream, the cards by the usual way, never under one's hands.
import { apply, board, changes, columnOf, findCard, stageOf, takeAway } from "./board-cards.js";
import { follow, get, UNATTENDED } from "./live.js";

const QUIETLY = { "HX-Request": "true", "HX-Request-Type": "partial", ...UNATTENDED };
const TICK = 400;
const SENT_BY_NOW = 2_500;
const AT_ONCE = 100;
const state = document.getElementById("live-state");
const waiting = new Set();
const own = new Set();
let busy = false;

function hear({ id, version }) {
  if (version && Number(findCard(id)?.dataset.version) === version) return;
  waiting.delete(id); // heard last, asked for first
  waiting.add(id);
}

async function lookAtAll() {
  const { html } = await get(`/board?${board.dataset.query}`, UNATTENDED);
  if (!html) return;
  const shown = new DOMParser().parseFromString(html, "text/html");
  for (const card of [...shown.querySelectorAll("[data-lead-id]"), ...board.querySelectorAll("[data-lead-id]")])
    waiting.add(card.dataset.leadId);
}

// A card in use stays as it is until it is let go; a new one must not push the cards under the pointer down.
// What one has changed oneself is waited for: it comes though the focus is there, and keeps it.
function isHeld(id) {
  const card = findCard(id);
  if (!card) return false;
  return (card.contains(document.activeElement) && !own.has(id)) || card.matches(".is-saving, .is-ghost, :active");
}

const isInUse = () => document.querySelector("dialog:modal, .popover:popover-open, .is-dragging-board") != null;

async function tick() {
  if (busy || !waiting.size || isInUse()) return;
  const ids = [...waiting].reverse().filter((id) => !isHeld(id)).slice(0, AT_ONCE);
  if (!ids.length) return;
  busy = true;
  for (const id of ids) waiting.delete(id); // what is heard from now on may be newer than the answer
  const { query } = board.dataset;
  const before = changes();
  const { html } = await get(`/board/cards?ids=${ids.join()}&${query}`, QUIETLY);
  busy = false;
  const isLate = query !== board.dataset.query || before !== changes(); // one's own act may be newer
  if (html !== null && !isLate && !isInUse()) show(ids, html);
  else for (const id of ids) waiting.add(id);
}

function show(ids, html) {
  const answer = document.createElement("template");
  answer.innerHTML = html;
  const there = new Map([...answer.content.querySelectorAll(".card")].map((card) => [card.dataset.leadId, card]));
  for (const id of ids) {
    const card = there.get(id);
    if (isHeld(id) || (card && isInTheWay(card))) {
      card?.remove();
      waiting.add(id);
      continue;
    }
    own.delete(id);
    if (!card) takeAway(id);
    else if (isShown(card)) card.remove();
    else card.classList.add("is-landed");
  }
  const holder = document.createElement("div");
  holder.append(answer.content);
  apply(holder.innerHTML, ids);
  for (const pill of board.querySelectorAll(".pill")) if (!waiting.size) pill.remove();
}

function isShown(card) {
  const old = findCard(card.dataset.leadId);
  if (!old || stageOf(old) !== card.dataset.stageNow || old.dataset.version !== card.dataset.version) return false;
  return old.innerHTML.replaceAll(' tabindex="-1"', "") === card.innerHTML; // which of them Tab stops at is ours
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

document.addEventListener("board:changed", ({ detail: { id, again, own: isOwn } }) => {
  waiting.add(id);
  if (isOwn) own.add(id);
  if (again) setTimeout(() => waiting.add(id), SENT_BY_NOW);
});
setInterval(tick, TICK);
follow(board.dataset.live, {
  hear: { lead: hear },
  look: lookAtAll,
  whileLost: (lost) => {
    state.hidden = !lost;
  },
});
