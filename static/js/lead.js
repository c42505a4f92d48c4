// What only a lead's page does: the board is where one left it, and a move says what it did and can be taken back.
import { toast, told } from "./toasts.js";

const MOVED = "moved";
const way = document.querySelector('.crumbs a[href="/board"]');
const last = sessionStorage.getItem("board");
let goesBack = false;

if (way && last) way.search = last;

// A move loads the page anew: what is to be said then is kept until then.
document.addEventListener("submit", ({ target, submitter }) => {
  if (target.id !== "stepper") return;
  const moved = { path: location.pathname, from: target.dataset.at, to: submitter?.value, goesBack };
  sessionStorage.setItem(MOVED, JSON.stringify(moved));
});

function sayWhatMoved() {
  const moved = JSON.parse(sessionStorage.getItem(MOVED));
  const stepper = document.getElementById("stepper");
  sessionStorage.removeItem(MOVED);
  if (moved?.path !== location.pathname || moved.to !== stepper?.dataset.at) return;
  const step = stepper.querySelector("[aria-current=step]");
  step.focus();
  told?.remove(); // ours can be taken back
  toast(`Moved ${moved.goesBack ? "back " : ""}to ${step.textContent.trim()}.`, {
    action: !moved.goesBack && { label: "Undo", run: () => takeBack(moved.from) },
  });
}

function takeBack(stage) {
  goesBack = true;
  document.querySelector(`#stepper [name=to][value="${stage}"]`)?.click();
}

sayWhatMoved();
