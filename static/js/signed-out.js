// Whoever was signed out signs in beside the page: what they typed stays, and what was refused can be sent again.
const CHANNEL = "signed-in";
const WORDS = {
  out: ["You were signed out", "What you typed is still here, but not saved. Sign in in a new tab, then come back to this one."],
  in: ["You are signed in again", "What you typed is still here, but not saved yet."],
  other: ["Somebody else is signed in", "Nothing was sent. Copy what you want to keep, then reload this page."],
};
const FORM = `<div class="sheet"><h2 id="signed-out-title"></h2><p id="signed-out-says" role="status"></p><div class="sheet-foot">
<button class="button" type="button" data-leave>Not now</button>
<a class="button button--primary" data-when="out" href="/login?next=%2Fsession" target="_blank" rel="noopener">Sign in<span class="visually-hidden"> (in a new tab)</span></a>
<button class="button button--primary" type="button" data-when="in"></button>
<button class="button" type="button" data-when="other">Reload</button></div></div>`;

const BY_ITSELF = /^(every|load)/;
const TYPED = "textarea, input:not([type=hidden], [type=radio], [type=checkbox], [type=search])";
const FRESH = 60_000;
const drawnAt = Date.now();
const asking = new Set();
const asked = new Set();
let dialog = null;
let again = null;
let state = "";

// A page that was drawn for a session before this one has its token: the write is refused until it has the new one's.
export const isOver = ({ status, headers }) => status === 401 || headers.get("X-Problem") === "stale-page";

// `sendAgain` repeats what was refused, with the same key; without it there is nothing to repeat.
export async function signedOut(sendAgain) {
  again = sendAgain ?? again;
  show((await ask()) ?? "out");
}

// Returns null where nobody answers.
async function ask() {
  const answer = await fetch("/session/token", { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok) return answer?.status === 401 ? "out" : null;
  const { viewer, token } = await answer.json();
  if (viewer !== document.body.dataset.viewer) return "other";
  document.querySelector('meta[name="csrf-token"]').content = token;
  for (const field of document.querySelectorAll("input[name=_csrf_token]")) field.value = token;
  document.dispatchEvent(new CustomEvent("session:back"));
  return "in";
}

function show(now) {
  dialog ??= make();
  const changed = state !== now;
  state = now;
  const find = (selector) => dialog.querySelector(selector);
  [find("h2").textContent, find("p").textContent] = WORDS[state];
  for (const each of dialog.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== state;
  find("[data-when=in]").textContent = again ? "Send again" : "Go on";
  const wasOpen = dialog.open;
  if (!wasOpen) dialog.showModal();
  if (!wasOpen || changed) find(state === "other" ? "[data-leave]" : `[data-when=${state}]`).focus();
}

function make() {
  const made = document.createElement("dialog");
  made.className = "dialog";
  made.setAttribute("aria-labelledby", "signed-out-title");
  made.setAttribute("aria-describedby", "signed-out-says");
  made.innerHTML = FORM;
  made.addEventListener("click", ({ target }) => {
    if (target.dataset.when === "other") location.reload();
    else if (target.matches("button")) leave(target.dataset.when && again);
  });
  made.addEventListener("cancel", () => (again = null));
  new BroadcastChannel(CHANNEL).onmessage = lookAgain;
  addEventListener("focus", lookAgain);
  document.addEventListener("visibilitychange", lookAgain);
  document.body.append(made);
  return made;
}

// Closing gives the focus back to where it was; only then is sent again what was sent from there.
function leave(run) {
  again = null;
  dialog.close();
  run?.();
}

async function lookAgain() {
  if (!dialog.open || state === "in") return;
  const now = await ask();
  if (now && dialog.open) show(now);
}

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: form, response, request } = event.detail.ctx;
  if (!isOver(response)) return;
  event.preventDefault();
  if (form.matches("form")) signedOut(() => form.requestSubmit(request.submitter));
  else if (state !== "out" || !BY_ITSELF.test(form.getAttribute("hx-trigger"))) signedOut(); // which says so once
});

// A form that leaves the page would leave what was typed with it: on a page that stood open for a while, it asks first.
document.addEventListener("submit", (event) => {
  const { target: form, submitter } = event;
  if (asked.delete(form) || form.method !== "post" || form.matches("[hx-post], [data-dialog]")) return;
  if (Date.now() - drawnAt < FRESH || ![...form.querySelectorAll(TYPED)].some(({ value }) => value)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!asking.has(form)) askFirst(form, submitter);
}, true);

async function askFirst(form, submitter) {
  asking.add(form);
  const now = await ask();
  asking.delete(form);
  const send = () => {
    asked.add(form);
    form.requestSubmit(submitter);
    asked.delete(form); // one that is not valid is not sent
  };
  if (now === "in" || !now) return send(); // who cannot be asked may be reached by then, and a browser says if not
  again = send;
  show(now);
}

if (document.querySelector("[data-signed-in]")) new BroadcastChannel(CHANNEL).postMessage("");
