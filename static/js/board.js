// Everything the board does in the browser.
import "./layout.js";
import "./board-drag.js";
import "./board-drawer.js";
import "./board-filter.js";
import "./board-keys.js";
import "./board-live.js";
import "./board-menu.js";
import "./board-place.js";
import "./board-roving.js";
import "./board-select.js";
import "./board-tabs.js";
