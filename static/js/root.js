// Runs before the page is painted: what the style sheet must know at once.
document.documentElement.classList.add("has-js");

// The server writes times in the reader's zone once it knows it.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.cookie = `zone=${encodeURIComponent(zone)}; path=/; max-age=31536000; samesite=lax`;
