// What others open or change on the desk: the counts follow, and a pill offers the rows; none moves before it is asked for.
import { follow, get, UNATTENDED } from "./live.js";

const news = document.getElementById("desk-news");
const worked = new Set(); // rows of one's own acts stay where they were, also in a view they have left
const acting = new Set(); // acts of ours that are not answered yet
let looking = false;
let again = false;

const rowsOf = (page) => [...page.querySelectorAll("#desk tbody tr")];
const stateOf = (row) => `${row.id} ${row.dataset.version}`;

async function look() {
  again = true;
  if (looking || acting.size) return;
  looking = true;
  while (again && !acting.size) {
    again = false;
    const { html } = await get(location.href, UNATTENDED);
    if (html === null) continue;
    if (acting.size) again = true;
    else compare(new DOMParser().parseFromString(html, "text/html"));
  }
  looking = false;
}

function compare(page) {
  for (const count of page.querySelectorAll("[data-view] .count"))
    document.getElementById(count.id).textContent = count.textContent;
  const shown = rowsOf(document).map(stateOf);
  const there = rowsOf(page).map(stateOf);
  const come = there.some((row) => !shown.includes(row));
  const gone = rowsOf(document).some((row) => !worked.has(row.id) && !there.includes(stateOf(row)));
  if (!come && !gone) news.replaceChildren();
  else if (!news.firstChild) news.append(pill());
}

function pill() {
  const made = document.createElement("a");
  made.className = "pill";
  made.href = location.href;
  made.textContent = "Something new: show it";
  return made;
}

document.addEventListener("htmx:before:request", ({ detail }) => {
  const row = detail.ctx.sourceElement.closest?.("#desk tr");
  if (!row) return;
  acting.add(detail.ctx);
  worked.add(row.id);
});

document.addEventListener("htmx:finally:request", ({ detail }) => {
  if (acting.delete(detail.ctx) && again) look();
});

follow(news.dataset.live, { hear: {}, look });
