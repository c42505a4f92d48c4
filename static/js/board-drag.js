// Dragging a card with mouse, pen or finger. Escape, a second finger or a lost pointer put it back.
import { board, cardOf, columnOf, isOpen, stageOf } from "./board-cards.js";
import { move } from "./board-move.js";

const FAR_ENOUGH = 5;
const LONG_PRESS = 280;
const EDGE = 48;
const SCROLL = 9;
let drag = null;

board.addEventListener("pointerdown", (event) => {
  const card = cardOf(event.target);
  if (drag || !card || event.button !== 0 || !event.isPrimary || event.target.closest("button")) return;
  if (!isOpen(stageOf(card)) || card.classList.contains("is-saving")) return;
  drag = { card, id: event.pointerId, x: event.clientX, y: event.clientY, touch: event.pointerType === "touch" };
  if (drag.touch) drag.timer = setTimeout(() => lift(), LONG_PRESS);
});

addEventListener("pointermove", (event) => {
  if (event.pointerId !== drag?.id) return;
  const far = Math.hypot(event.clientX - drag.x, event.clientY - drag.y) > FAR_ENOUGH;
  drag.at = { x: event.clientX, y: event.clientY };
  if (!drag.lifted && far) drag.touch ? forget() : lift();
  if (drag?.lifted) follow();
});

function lift() {
  const { card } = drag;
  const box = card.getBoundingClientRect();
  drag.ghost = card.cloneNode(true);
  drag.ghost.classList.add("is-lifted");
  drag.ghost.removeAttribute("data-lead-id");
  drag.ghost.inert = true;
  Object.assign(drag, { lifted: true, at: drag.at ?? { x: drag.x, y: drag.y }, dx: drag.x - box.left, dy: drag.y - box.top });
  drag.ghost.style.width = `${box.width}px`;
  board.append(drag.ghost);
  card.classList.add("is-ghost");
  board.classList.add("is-dragging-board");
  try {
    board.setPointerCapture(drag.id);
  } catch {
    // The pointer is up already; its event ends the drag.
  }
  navigator.vibrate?.(8);
  follow();
  drag.frame = requestAnimationFrame(scrollAtEdges);
}

function follow() {
  const { ghost, at, dx, dy } = drag;
  ghost.style.left = `${at.x - dx}px`;
  ghost.style.top = `${at.y - dy}px`;
  const over = columnOf(document.elementFromPoint(at.x, at.y));
  if (over === drag.over) return;
  drag.over?.classList.remove("is-target");
  drag.over = over;
  if (over && over !== columnOf(drag.card)) over.classList.add("is-target");
}

function scrollAtEdges() {
  if (!drag?.lifted) return;
  if (!drag.card.isConnected) return forget();
  const list = drag.over?.querySelector(".cards");
  nudge(board, "scrollLeft", drag.at.x, board.getBoundingClientRect(), ["left", "right"]);
  follow();
  if (list) nudge(list, "scrollTop", drag.at.y, list.getBoundingClientRect(), ["top", "bottom"]);
  drag.frame = requestAnimationFrame(scrollAtEdges);
}

function nudge(element, property, at, box, [start, end]) {
  if (at < box[start] + EDGE) element[property] -= SCROLL;
  else if (at > box[end] - EDGE) element[property] += SCROLL;
}

function forget() {
  const ended = drag;
  drag = null;
  if (!ended) return null;
  clearTimeout(ended.timer);
  cancelAnimationFrame(ended.frame);
  ended.ghost?.remove();
  ended.over?.classList.remove("is-target");
  ended.card.classList.remove("is-ghost");
  board.classList.remove("is-dragging-board");
  if (ended.lifted) swallowClick();
  return ended;
}

// A drop is no click on the link it happens over; but a later real click is.
function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 50);
}

addEventListener("pointerup", (event) => {
  if (event.pointerId !== drag?.id) return;
  const { lifted, card, over } = forget();
  if (lifted && over) move(card, over.dataset.stage);
});

for (const name of ["pointercancel", "lostpointercapture"])
  addEventListener(name, (event) => event.pointerId === drag?.id && drag.lifted && forget());
addEventListener("pointerdown", (event) => drag && !event.isPrimary && forget());
addEventListener("keydown", (event) => event.key === "Escape" && drag?.lifted && forget());
addEventListener("blur", () => forget());
// A finger that holds a card drags it; one that swipes scrolls.
board.addEventListener("touchmove", (event) => drag?.lifted && event.preventDefault(), { passive: false });
board.addEventListener("contextmenu", (event) => drag?.touch && event.preventDefault());
board.addEventListener("dragstart", (event) => event.preventDefault());
