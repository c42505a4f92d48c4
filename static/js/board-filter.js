// Typing into the filter filters: the columns' cards are replaced, the address follows, and the field is left alone.
import { addUp, board, cardOf, columns, findCard, focusCard } from "./board-cards.js";
import { announce, toast } from "./toasts.js";

const PAUSE = 250;
const AROUND = [".totals", ".views", ".filters-more"];
const form = document.querySelector("form.filters");
const field = form.elements.q;
let timer = 0;
let asked = null;

form.addEventListener("submit", stop);
field.addEventListener("input", soon);
if (field.value !== field.defaultValue) soon();

function stop() {
  clearTimeout(timer);
  asked?.abort();
}

function soon() {
  stop();
  timer = setTimeout(ask, PAUSE);
}

// A card on its way to another column arrives first.
const isBusy = () => board.querySelector(".is-saving, .is-lifted") != null;

async function ask() {
  if (isBusy()) return soon();
  const mine = new AbortController();
  asked = mine;
  const html = await get(`/board?${new URLSearchParams(new FormData(form))}`, mine.signal).catch(() => null);
  if (mine.signal.aborted) return undefined;
  if (isBusy()) return soon();
  if (html === null) return toast("The board could not be filtered. Please try again.", { bad: true });
  const found = new DOMParser().parseFromString(html, "text/html");
  return found.getElementById("board") ? show(found) : form.requestSubmit();
}

async function get(path, signal) {
  const response = await fetch(path, { signal });
  return response.ok ? response.text() : null;
}

function show(found) {
  const { query } = found.getElementById("board").dataset;
  const focused = cardOf(document.activeElement)?.dataset.leadId;
  board.dataset.query = query;
  history.replaceState(history.state, "", query ? `${location.pathname}?${query}` : location.pathname);
  for (const column of columns()) fill(column, found.getElementById(column.id));
  for (const part of AROUND) document.querySelector(part).replaceWith(found.querySelector(part));
  field.classList.toggle("set", field.value !== "");
  showNotices(found);
  addUp();
  if (focused) focusCard(findCard(focused));
  announce(document.querySelector(".totals").firstElementChild.textContent);
  document.dispatchEvent(new Event("board:filtered"));
}

function fill(column, found) {
  const cards = column.querySelector(".cards");
  for (const part of [".column-head", ".column-foot"]) column.querySelector(part)?.replaceWith(found.querySelector(part));
  cards.replaceChildren(...found.querySelector(".cards").childNodes);
  cards.scrollTop = 0;
  htmx.process(cards);
}

function showNotices(found) {
  const notices = ".board-page > .notice";
  for (const old of document.querySelectorAll(notices)) old.remove();
  document.querySelector(".board-tabs").before(...found.querySelectorAll(notices));
}
