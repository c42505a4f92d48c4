// What every page needs, in one file; a page's own script begins with it.
import "htmx.org";
import "./page.js";
import "./signed-out.js";
import "./dialogs.js";
import "./paste.js";
import "./drafts.js";
import "./search.js";
import "./mentions.js";
import "./live.js"; // some pages only, but what only some share would be a file of its own

htmx.initialize(); // by itself it waits a moment, in which a key would send a form as one without scripts
