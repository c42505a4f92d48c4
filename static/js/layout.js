// What every page needs, in one file; a page's own script begins with it.
import "htmx.org";
import "./page.js";
import "./dialogs.js";
import "./search.js";
import "./live.js"; // some pages only, but what only some share would be a file of its own
