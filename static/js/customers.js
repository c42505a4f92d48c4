// From the search to the customers and back by the arrow keys; Enter on the search opens the first one found.
const box = document.querySelector(".find-customer");
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
  if (!box.value || links().length !== 1) return;
  event.preventDefault();
  links()[0].click();
});
