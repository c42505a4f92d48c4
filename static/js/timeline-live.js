// What others write comes as a pill above the timeline; nothing moves before it is asked for.
import { follow, get, UNATTENDED } from "./live.js";
import { toast } from "./toasts.js";

const SOON = 200;
const AGAIN = 3_000;
const PARTIAL = { "HX-Request": "true", "HX-Current-URL": location.href };
const news = document.getElementById("news");
const list = document.getElementById("timeline");
let logging = false;
let waiting = 0;
let end = () => {};

function lookSoon() {
  lookAfter(SOON);
}

function lookAfter(time) {
  clearTimeout(waiting);
  waiting = setTimeout(look, time);
}

// The server says how many there are of those that this page may see, under its own filter.
async function look() {
  if (logging) return;
  const shown = [...list.querySelectorAll(".entry.is-new")].map((entry) => entry.dataset.activityId);
  const { status, html } = await get(`${news.dataset.url}&shown=${shown}`, { ...PARTIAL, ...UNATTENDED });
  if (status === 404) leave();
  else if (!status || status >= 500) lookAfter(AGAIN);
  if (html !== null && news.innerHTML.trim() !== html.trim()) news.innerHTML = html;
}

function leave() {
  end();
  news.textContent = "This customer is not among yours any more.";
}

async function show(pill) {
  const { html } = await get(`${pill.dataset.load}&show=1`, PARTIAL);
  if (html === null) {
    toast("The new entries could not be fetched. Please try again.", { bad: true });
    return;
  }
  for (const item of list.querySelectorAll(":scope > .is-new")) item.remove();
  news.replaceChildren();
  await htmx.swap({ text: html, target: list, swap: "afterbegin", sourceElement: list });
  const first = list.querySelector(".entry");
  first.tabIndex = -1;
  first.focus();
}

if (news) {
  news.addEventListener("click", (event) => {
    const pill = event.target.closest(".pill");
    if (!pill || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (pill.dataset.load) show(pill);
    else location.reload(); // too many, or some of them belong further down
  });
  // One's own entry comes with the answer of the form: until then nobody asks what is new.
  document.addEventListener("htmx:before:request", ({ detail }) => {
    if (detail.ctx.sourceElement.id === "composer") logging = true;
  });
  document.addEventListener("htmx:finally:request", () => {
    if (logging) lookSoon();
    logging = false;
  });
  end = follow(news.dataset.live, { hear: { entry: lookSoon, gone: leave }, look: lookSoon });
}
