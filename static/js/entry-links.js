// A link to an entry: what stands on this page is gone to, what an address of this page names from before is fetched.
const named = /^#e-([\da-f-]{36})$/.exec(location.hash)?.[1];
const customer = document.getElementById("composer")?.dataset.draft;

if (named && customer && !document.getElementById(`e-${named}`) && !location.search.includes(named))
  location.replace(`/customers/${customer}?entry=${named}${location.hash}`);

document.addEventListener("click", (event) => {
  const link = event.target.closest(".entry-facts a[href*='?entry=']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !document.getElementById(link.hash.slice(1))) return;
  event.preventDefault();
  location.hash = link.hash;
});
