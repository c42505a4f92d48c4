// A stream of server-sent events for as long as the page is looked at, taken up again wherever it was lost.
import { toast } from "./toasts.js";

const AGAIN = 5_000;

// `hear` says what to do on each event; `look` looks at everything, for what may have been missed.
export function follow(address, { hear, look, whileLost = () => {} }) {
  let source = null;
  let lost = false;
  let over = false;

  function connect() {
    if (over || document.hidden || (source && source.readyState !== EventSource.CLOSED)) return;
    source = new EventSource(address);
    for (const [name, act] of Object.entries(hear)) source.addEventListener(name, ({ data }) => act(JSON.parse(data)));
    source.addEventListener("look", look);
    source.addEventListener("hello", () => {
      if (lost) look();
      lost = false;
      whileLost(false);
    });
    source.addEventListener("logout", () => {
      end();
      toast("You are signed out.", { bad: true, action: { label: "Sign in", run: () => location.reload() } });
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
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", connect);
  setInterval(() => {
    connect();
    if (lost && !over && !document.hidden) look();
  }, AGAIN);
  connect();
  return end;
}
