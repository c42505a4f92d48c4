"""What people write, as HTML: a small part of Markdown, and never anything of their own."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.domain.mentions import HANDLE

if TYPE_CHECKING:
    from collections.abc import Collection

    from markdown_it.rules_inline import StateInline

RULES: Final = ("paragraph", "newline", "escape", "emphasis", "backticks", "list", "link", "autolink")
TAGS: Final = {"p", "br", "strong", "em", "code", "ul", "ol", "li", "a", "span"}
CLASSES: Final = {"span": {"mention"}}
ATTRIBUTES: Final = {"a": {"href"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
# An address somebody typed without a sign of Markdown: up to what cannot be in one, or a bracket it did not open.
_SCHEME: Final = re.compile(r"(?:^|[^a-z0-9])(https?)$", re.IGNORECASE)
_LETTERS: Final = r"[^\s<>\"`\\()\[\]\u201c\u201d\u2018\u2019\u00ab\u00bb]"
_REST: Final = re.compile(rf"://(?=[^\W_])(?:{_LETTERS}|\({_LETTERS}*\))+")
_NOT_AT_ITS_END: Final = ".,;:!?'*_~"
# One line that begins with a letter and holds no sign that Markdown or HTML knows, nor an address: most of what is
# typed about a call.
PLAIN: Final = re.compile(r"(?!.*://)[^\W\d_](?:[^\W_]|[ ,;:?!()%'./€$-])*(?<! )")


def markdown(text: str, handles: Collection[str] = ()) -> Markup:
    """Return bold, emphasis, code, lists, links and mentions of these as HTML; everything else stays the text it is.

    Twice safe: the parser knows no HTML, and what it made is cleaned by an allow-list. Plain words need neither.
    """
    if PLAIN.fullmatch(text):
        return Markup(f"<p>{text}</p>\n")  # noqa: S704  holds nothing that HTML knows
    return parsed(text, handles)


def parsed(text: str, handles: Collection[str] = ()) -> Markup:
    """Return what the parser makes of any text."""
    html = nh3.clean(
        _parser().render(text, {"handles": handles}),
        tags=TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704  cleaned in the line above


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(RULES))
    parser.inline.ruler.push("bare_link", _bare_link)
    parser.inline.ruler.push("mention", _mention)
    return parser


def _bare_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  as the parser calls its rules
    """Make a link of http(s)://… as it stands in a text; what ends a sentence is no part of it."""
    if state.linkLevel or not (scheme := _SCHEME.search(state.pending[-6:])):
        return False
    if not (rest := _REST.match(state.src, state.pos, state.posMax)):
        return False
    address = scheme[1] + rest[0].rstrip(_NOT_AT_ITS_END)
    target = state.md.normalizeLink(address)
    if not state.md.validateLink(target):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": target}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos += len(address) - len(scheme[1])
    return True


def _mention(state: StateInline, silent: bool) -> bool:  # noqa: FBT001  as the parser calls its rules
    """Mark an @ and who is meant by it; whoever is not meant stays text."""
    found = HANDLE.match(state.src, state.pos)
    if not found or found.end() > state.posMax or found[1].lower() not in state.env["handles"]:
        return False
    if not silent:
        state.push("mention_open", "span", 1).attrs = {"class": "mention"}
        state.push("text", "", 0).content = found[0]
        state.push("mention_close", "span", -1)
    state.pos = found.end()
    return True
