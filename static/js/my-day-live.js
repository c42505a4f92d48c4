// What comes to My day while it is open is offered by a pill; no row moves before it is asked for.
import { follow, get, UNATTENDED } from "./live.js";

const SOON = 1_000; // a lead that arrives is told of several times: it comes, and has a score
const news = document.getElementById("day-news");
let waiting = 0;
let looking = false;
let again = false;

const rowsOf = (page) => [...page.querySelectorAll("[data-todo]")].map((row) => row.dataset.todo);

function lookSoon() {
  waiting ||= setTimeout(look, SOON);
}

async function look() {
  waiting = 0;
  again = true;
  if (looking) return;
  looking = true;
  while (again) {
    again = false;
    const { html } = await get(location.href, UNATTENDED);
    if (html !== null) compare(new DOMParser().parseFromString(html, "text/html"));
  }
  looking = false;
}

function compare(page) {
  const [shown, there] = [rowsOf(document), rowsOf(page)];
  const come = there.filter((row) => !shown.includes(row));
  const hot = come.filter((row) => row.startsWith("hot-")).length;
  if (!come.length && shown.length === there.length) news.replaceChildren();
  else say(hot ? `${hot} new ${hot === 1 ? "lead: show it" : "leads: show them"}` : "Something new: show it");
}

// What says the same stays: it may have the focus, and is not read out again.
function say(text) {
  const pill = news.firstChild ?? news.appendChild(document.createElement("a"));
  if (pill.textContent === text) return;
  pill.className = "pill";
  pill.href = location.href;
  pill.textContent = text;
}

follow(news.dataset.live, { hear: { lead: lookSoon }, look: lookSoon });
