// A move: shown at once, sent once, taken back with the reason unless the server says yes.
import {
  apply, board, columnAt, findCard, focusCard, isOpen, nameOf, placeOf, putBack, putInto, stageOf, takeAway,
} from "./board-cards.js";
import { closeDialog, openDialog } from "./dialogs.js";
import { token } from "./page.js";
import { isOver, signedOut } from "./signed-out.js";
import { announce, announceAtOnce, toast } from "./toasts.js";

const DIALOGS = { closed_won: "won", closed_lost: "lost" };
let last = null;
let offered = null;

export function move(card, to) {
  const from = stageOf(card);
  if (!from || from === to || !isOpen(from) || card.classList.contains("is-saving")) return undefined;
  return isOpen(to) ? save({ card, from, to, key: crypto.randomUUID(), undo: true }) : close(card, to);
}

export function undo() {
  const card = last && findCard(last.id);
  if (!last || card?.classList.contains("is-saving")) return;
  const { from, to } = last;
  last = null;
  offered.remove();
  if (card && stageOf(card) === to) save({ card, from: to, to: from, key: crypto.randomUUID(), takesFocus: true });
  else toast("That move cannot be undone any more.");
}

async function save(wish) {
  const { card, to } = wish;
  const id = card.dataset.leadId;
  const place = placeOf(card);
  const hadFocus = wish.takesFocus || card.contains(document.activeElement);
  putInto(card, to);
  card.classList.remove("is-landed", "is-refused");
  card.classList.add("is-saving");
  if (hadFocus) focusCard(card);
  const answer = await send(wish).catch(() => null);
  card.classList.remove("is-saving");
  if (answer?.ok) settle(id, answer, wish);
  else refuse(wish, place, answer);
}

async function send({ card, from, to, key }) {
  const body = new URLSearchParams({ to, from, key, version: card.dataset.version });
  const query = board.dataset.query ? `?${board.dataset.query}` : "";
  const response = await fetch(`/leads/${card.dataset.leadId}/stage${query}`, {
    method: "POST",
    body,
    headers: { "HX-Request": "true", "HX-Request-Type": "partial", "X-CSRFToken": token() },
  });
  return { ok: response.ok, over: isOver(response), status: response.status, html: await response.text() };
}

// Where the focus is by now is left to whoever went on meanwhile: the fresh card has it if the old one had.
function settle(id, { html }, { from, to, undo: offer }) {
  apply(html);
  const card = findCard(id);
  const label = columnAt(to).dataset.label;
  card.classList.add("is-landed");
  const words = `${nameOf(card)} moved ${offer ? "" : "back "}to ${label}.`;
  announce(`${words} Now there: ${countOf(to)}.`);
  offered?.remove();
  offered = toast(words, { action: offer && { label: "Undo", run: undo } });
  if (offer) last = { id, from, to };
}

function refuse(wish, place, answer) {
  const { card, from } = wish;
  const again = () => save({ ...wish, card: findCard(card.dataset.leadId) ?? card, takesFocus: true });
  putBack(card, place);
  if (answer?.over) return signedOut(again);
  if (answer?.status === 409) return showCurrent(card, answer.html);
  if (answer && answer.status < 500) return explain(card, answer);
  card.classList.add("is-refused");
  announceAtOnce(`${nameOf(card)} was not moved.`);
  toast(`Not saved: ${nameOf(card)} is still in ${columnAt(from).dataset.label}.`, {
    bad: true,
    action: { label: "Retry", run: again },
  });
}

// Somebody else was quicker: the fresh card goes where it now belongs, and the message says so.
function showCurrent(card, html) {
  const id = card.dataset.leadId;
  apply(html);
  findCard(id)?.classList.add("is-refused");
}

function explain(card, { status, html }) {
  if (status === 404) takeAway(card.dataset.leadId);
  apply(html);
}

async function close(card, to) {
  const place = placeOf(card);
  const id = card.dataset.leadId;
  putInto(card, to);
  card.classList.add("is-saving");
  const done = await openDialog(`/leads/${id}/${DIALOGS[to]}?view=board`).catch(() => false);
  const now = findCard(id) ?? card;
  now.classList.remove("is-saving");
  if (!done) {
    putBack(now, place);
    lookAgain(id);
  }
  focusCard(now);
}

// While a dialog was open its card may have changed, and the dialog said so; the card is in focus and would be left alone.
function lookAgain(id) {
  document.dispatchEvent(new CustomEvent("board:changed", { detail: { id, own: true } }));
}

// A dialog about one card, such as its deal; the card keeps the focus.
export async function ask(card, what) {
  const id = card.dataset.leadId;
  if (!(await openDialog(`/leads/${id}/${what}?view=board`))) lookAgain(id);
  if (document.activeElement === document.body) focusCard(findCard(id));
}

const SAID = {
  won: "is won. Handing over to onboarding.",
  lost: "is lost.",
  "follow-up": "has a new plan.",
  deal: "is up to date.",
  activities: "has a new entry on the timeline.",
};

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ofBoard(ctx.sourceElement) && board.dataset.query) ctx.request.action += `?${board.dataset.query}`;
});

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response, text, hx } = event.detail.ctx;
  if (response.status !== 200 || !ofBoard(sourceElement) || hx?.redirect) return;
  event.preventDefault();
  const [, , owner, act] = sourceElement.getAttribute("action").split("/");
  const id = sourceElement.elements.lead_id?.value ?? owner; // what is logged goes to the customer
  apply(text);
  closeDialog("done");
  const name = nameOf(findCard(id)); // of a lead beside the board it may have come just now
  if (!document.activeElement?.closest("#drawer")) focusCard(findCard(id));
  const words = `${name} ${SAID[act] ?? "is changed."}`;
  toast(words);
  announce(words);
  document.dispatchEvent(new CustomEvent("board:changed", { detail: { id, again: act === "won" } }));
});

function ofBoard(element) {
  return element?.matches?.("#dialog form") && element.elements.view?.value === "board";
}

function countOf(stage) {
  return columnAt(stage).querySelector(".count").ariaLabel;
}
