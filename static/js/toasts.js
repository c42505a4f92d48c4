// Short messages that go away by themselves, and words for who listens instead of looking.
const LASTS = 10_000;
const place = document.getElementById("toasts");

export function toast(text, { bad = false, action = null } = {}) {
  const shown = document.createElement("p");
  shown.className = bad ? "toast toast--bad" : "toast";
  shown.setAttribute("role", bad ? "alert" : "status");
  shown.textContent = text;
  if (action) shown.append(button(action, shown));
  (modal() ?? place).append(shown);
  if (modal()) leaveLater(shown);
  return shown;
}

// What lies behind an open dialog is neither seen nor read out.
const modal = () => document.querySelector("dialog:modal");

export function announce(text) {
  document.getElementById("live").textContent = text;
}

export function announceAtOnce(text) {
  document.getElementById("live-urgent").textContent = text;
}

function button({ label, run }, shown) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", () => {
    shown.remove();
    run();
  });
  return made;
}

// Whoever adds a toast (a script, or an answer of the server), it leaves after a while; not under the pointer.
function leaveLater(shown) {
  setTimeout(() => (shown.matches(":hover, :focus-within") ? leaveLater(shown) : shown.remove()), LASTS);
}

// One that lies over what somebody wants to press goes when it is pressed.
document.addEventListener("click", ({ target }) => {
  if (!target.closest("button, a") && getSelection().isCollapsed) target.closest(".toast")?.remove();
});

// An answer of the server puts its message on the page; one that says why a dialog stays open belongs into it.
function arrived(shown) {
  leaveLater(shown);
  if (shown.classList.contains("toast--bad")) modal()?.append(shown);
}

new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.classList?.contains("toast")) arrived(node);
}).observe(place, { childList: true });
for (const shown of place.children) leaveLater(shown);

// What the form before this page did (app/web/respond.py); empty where none did anything. It is read out as it comes.
export const said = document.getElementById("said")?.textContent ?? "";
export const told = said ? toast(said) : null;
