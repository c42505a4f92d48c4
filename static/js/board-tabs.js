// On a phone one column is seen at a time: the tab of the visible one is marked.
import { board, columnAt, columns, focusCard } from "./board-cards.js";
import { stopOf } from "./board-roving.js";

const tabs = new Map([...document.querySelectorAll("[data-tab]")].map((tab) => [tab.dataset.tab, tab]));

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      const tab = tabs.get(target.dataset.stage);
      if (isIntersecting) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
      if (isIntersecting) tab.parentNode.scrollTo({ left: tab.offsetLeft - innerWidth / 3 });
    }
  },
  { root: board, threshold: 0.6 },
);
for (const column of columns()) seen.observe(column);

for (const [stage, tab] of tabs)
  tab.addEventListener("click", (event) => {
    event.preventDefault();
    board.scrollTo({ left: columnAt(stage).offsetLeft - board.offsetLeft });
    if (!event.detail) focusCard(stopOf(columnAt(stage))); // by key: one goes on there
  });
