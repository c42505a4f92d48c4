// One dialog element for the page: a form that asks for it is fetched into it, its close says whether it is done.
const dialog = document.getElementById("dialog");

export async function openDialog(path) {
  await htmx.ajax("GET", path, { target: dialog, swap: "innerHTML" });
  if (!dialog.open) return false;
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "done"), { once: true });
  });
}

export function closeDialog(result) {
  dialog.close(result);
}

document.addEventListener("htmx:after:swap", ({ detail }) => {
  const inside = detail.ctx?.target === dialog;
  if (inside && dialog.querySelector("form, .sheet") && !dialog.open) show();
  if (inside) (dialog.querySelector("[aria-invalid=true]") ?? dialog.querySelector("[autofocus]"))?.focus();
});

function show() {
  dialog.returnValue = "";
  dialog.showModal();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-dialog]")) return;
  event.preventDefault();
  const query = new URLSearchParams(new FormData(form)).toString();
  openDialog(form.getAttribute("action") + (query && `?${query}`));
});

dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) {
    event.preventDefault();
    closeDialog("");
  }
});

dialog.addEventListener("close", () => dialog.replaceChildren());
