// A lead beside the board, at an address of its own: its card opens it; Back, Escape and its button close it. What is done
// in it is done on the board, and it follows whatever becomes of its lead.
import { apply, board, cardOf, findCard, focusCard } from "./board-cards.js";
import { move } from "./board-move.js";
import { get, UNATTENDED } from "./live.js";
import { isTyping, token } from "./page.js";
import { isOver, signedOut } from "./signed-out.js";
import { toast } from "./toasts.js";

const PARTIAL = { "HX-Request": "true", "HX-Request-Type": "partial" };
const PLACE = /^\/board\/leads\/([\da-f-]{36})$/;
const KEYS = / name="(?:key|_csrf_token)" value="[^"]*"/g; // each answer has others
const IN_FRONT = "dialog:modal, .popover:popover-open, .is-lifted, .selection:not([hidden]), [data-menu][open]";
const drawer = document.getElementById("drawer");
const ofBoard = document.title.split(" · ").slice(-2).join(" · ");
let shown = drawer.open ? idHere() : null;
let seen = "";
let wanted = 0; // how often somebody opened or closed it: an answer from before is late
let looked = 0;

function idHere() {
  return PLACE.exec(location.pathname)?.[1] ?? null;
}

const address = (path) => (board.dataset.query ? `${path}?${board.dataset.query}` : path);
const isPlain = ({ button, ctrlKey, metaKey, shiftKey, altKey }) => !(button || ctrlKey || metaKey || shiftKey || altKey);

const look = (id, headers = {}) => get(address(`/board/leads/${id}`), { ...PARTIAL, ...headers });

// One way back is enough, however many leads one looks at. What cannot be shown here, its own page explains.
async function open(id) {
  wanted += 1;
  const mine = wanted;
  const { status, html } = await look(id);
  if (mine !== wanted) return;
  if (!status) return toast("The lead could not be opened. Please try again.", { bad: true });
  if (html === null) return location.assign(`/leads/${id}`);
  if (shown) history.replaceState(history.state, "", address(`/board/leads/${id}`));
  else if (idHere() !== id) history.pushState({ drawer: true }, "", address(`/board/leads/${id}`));
  fill(id, html);
}

async function lookAgain() {
  looked += 1;
  const mine = [looked, wanted].join();
  const { status, html } = await look(shown, UNATTENDED);
  if (mine !== [looked, wanted].join()) return;
  if (status === 404) {
    leave();
    toast("That lead is not yours any more.");
  } else if (html && html.replace(KEYS, "") !== seen) fill(shown, html);
}

function fill(id, html) {
  const had = drawer.contains(document.activeElement) ? document.activeElement : null;
  const isNew = id !== shown;
  const top = isNew ? 0 : drawer.scrollTop;
  drawer.innerHTML = html;
  htmx.process(drawer);
  [shown, seen] = [id, html.replace(KEYS, "")];
  if (!drawer.open) drawer.show();
  const title = drawer.querySelector("h2");
  document.title = `${title.textContent} · ${ofBoard}`;
  drawer.scrollTop = top;
  if (isNew || had) ((!isNew && twin(had)) || title).focus({ preventScroll: !isNew });
  mark();
  if (isNew) findCard(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// What has taken the place of a control: where the lead has moved to, else what does the same, if possible by the same name.
function twin(had) {
  if (had.closest(".stepper")) return drawer.querySelector(".step[aria-current]");
  const does = (each) => each.form?.getAttribute("action") ?? each.getAttribute("href");
  const same = [...drawer.querySelectorAll("a, button:enabled")].filter((each) => does(each) === does(had));
  return same.find((each) => each.textContent === had.textContent) ?? same[0];
}

function mark() {
  for (const card of board.querySelectorAll(".is-beside")) card.classList.remove("is-beside");
  if (shown) findCard(shown)?.classList.add("is-beside");
}

function leave() {
  if (history.state?.drawer) history.back();
  else shut();
}

// The board may be filtered otherwise by now than when the lead was opened.
function shut() {
  wanted += 1;
  if (!shown) return;
  const card = findCard(shown);
  const hadFocus = drawer.contains(document.activeElement) || document.activeElement === document.body;
  shown = null;
  drawer.close();
  drawer.replaceChildren();
  document.title = ofBoard;
  history.replaceState(history.state, "", address("/board"));
  mark();
  if (!hadFocus) return;
  if (card) focusCard(card);
  else board.querySelector(".cards").focus();
}

board.addEventListener("click", (event) => {
  const card = event.target.closest("a") && cardOf(event.target);
  if (!card || !isPlain(event)) return;
  event.preventDefault();
  open(card.dataset.leadId);
});

drawer.addEventListener("click", (event) => {
  if (!event.target.closest("[data-leave]") || !isPlain(event)) return;
  event.preventDefault();
  leave();
});

// First of all, to see what else the key may be meant for.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key === "Escape" && shown && !isTyping(event.target) && !document.querySelector(IN_FRONT)) leave();
  },
  { capture: true },
);

addEventListener("popstate", () => {
  const id = idHere();
  if (id) open(id);
  else shut();
});

drawer.addEventListener("submit", (event) => {
  if (!event.target.matches(".stepper")) return;
  event.preventDefault();
  const card = findCard(shown);
  if (card) move(card, event.submitter.value);
  else moveUnseen(event.target, event.submitter);
});

// A lead that does not fit the filter has no card to move.
async function moveUnseen(form, button) {
  const wish = { method: "POST", body: new URLSearchParams(new FormData(form, button)) };
  const headers = { ...PARTIAL, "X-CSRFToken": token() };
  const answer = await fetch(address(form.getAttribute("action")), { ...wish, headers }).catch(() => null);
  if (!answer) return toast("Not saved. Please try again.", { bad: true });
  if (isOver(answer)) return signedOut(() => moveUnseen(form, button));
  apply(await answer.text());
  document.dispatchEvent(new CustomEvent("board:changed", { detail: { id: shown } }));
}

document.addEventListener("board:applied", ({ detail }) => {
  mark();
  if (shown && detail.includes(shown)) lookAgain();
});

mark();
