// A long text is never cut: near its end the field counts, beyond it the form waits until it is shorter.
const NEAR = 0.9;

function check(field) {
  const longest = Number(field.dataset.longest);
  const length = [...field.value.trim().normalize("NFC")].length;
  const said = `${length.toLocaleString("en")} of at most ${longest.toLocaleString("en")} characters`;
  field.setCustomValidity(length > longest ? `${said}: please shorten the text.` : "");
  field.parentElement.querySelector(".count").textContent = length < longest * NEAR ? "" : said;
}

document.addEventListener("input", ({ target }) => {
  if (target.matches("textarea[data-longest]")) check(target);
});
