// Addresses come from mails and their links: what is around the address goes, a name to where names are.
const FROM_MAIL = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>\s]+)>|mailto:([^?\s]+)\S*)[\s,;]*$/i;

document.addEventListener("paste", (event) => {
  const field = event.target.closest?.("input[name=email]");
  const [, name, written, linked] = (field && event.clipboardData?.getData("text").match(FROM_MAIL)) || [];
  if (!written && !linked) return;
  event.preventDefault();
  field.value = written ?? linked;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const named = field.form.elements.namedItem("name");
  if (name && named?.value === "") named.value = name;
});
