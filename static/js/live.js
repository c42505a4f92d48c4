// A stream of server-sent events for as long as the page is looked at, taken up again wherever it was lost.
import { signedOut } from "./signed-out.js";
import { toast } from "./toasts.js";

const AGAIN = 5_000;
// What a page fetches by itself: it does not keep the session from idling out (app/web/guards.py).
export const UNATTENDED = { "X-Unattended": "1" };

// What is shown at an address, or null: a line may be lost before an answer, and in the middle of one.
export async function get(address, headers = {}) {
  try {
    const answer = await fetch(address, { headers });
    return { status: answer.status, html: answer.ok && !answer.redirected ? await answer.text() : null };
  } catch {
    return { status: 0, html: null };
  }
}

// `hear` says what to do on each event; `look` looks at everything, for what may have been missed.
export function follow(address, { hear, look, whileLost = () => {} }) {
  let source = null;
  let lost = false;
  let out = false;
  let over = false;

  function connect() {
    if (over || out || document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    source = new EventSource(address);
    for (const [name, act] of Object.entries(hear)) source.addEventListener(name, ({ data }) => act(JSON.parse(data)));
    source.addEventListener("look", look);
    source.addEventListener("hello", () => {
      if (lost) look();
      lost = false;
      whileLost(false);
    });
    source.addEventListener("logout", () => {
      source.close();
      out = lost = true;
      toast("You are signed out.", { bad: true, action: { label: "Sign in", run: () => signedOut() } });
    });
    source.addEventListener("error", () => {
      lost = true;
      whileLost(true);
    });
  }

  function end() {
    over = true;
    source?.close();
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      source?.close();
      lost = true;
    } else connect();
  });
  // A page may come back as it was left: it has heard nothing meanwhile.
  addEventListener("pagehide", () => {
    source?.close();
    lost = true;
  });
  addEventListener("pageshow", connect);
  setInterval(() => {
    connect();
    if (lost && !over && !out && !document.hidden) look();
  }, AGAIN);
  document.addEventListener("session:back", () => {
    out = false;
    connect();
  });
  connect();
  return end;
}
