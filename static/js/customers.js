// From the search to the customers and back by the arrow keys; Enter on the search opens the first one found.
import "./layout.js";

const box = document.querySelector(".find-customer");
let shown = box?.defaultValue;
const links = () => [...document.querySelectorAll("#customers-found tbody tr td:first-child a")];

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const here = links().indexOf(document.activeElement);
  if (step && (here >= 0 || document.activeElement === box)) {
    event.preventDefault();
    (here + step < 0 ? box : links()[here + step])?.focus();
  }
});

box?.form.addEventListener("submit", (event) => {
  const isAnswered = shown && box.value === shown;
  if (event.submitter?.hasAttribute("formaction") || !isAnswered || links().length !== 1) return;
  event.preventDefault();
  links()[0].click();
});

// The address says what is shown, so that it can be kept and sent; going back must not pass every letter.
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement !== box || ctx.status !== "swapped") return;
  const asked = new URL(ctx.request.action, location.href).searchParams;
  shown = asked.get("q");
  if (!shown) asked.delete("q");
  const query = `${asked}`.replaceAll("+", "%20");
  history.replaceState(history.state, "", query ? `?${query}` : location.pathname);
});
