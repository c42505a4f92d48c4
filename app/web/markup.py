"""What people write, as HTML: a small part of Markdown, and never anything of their own."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

RULES: Final = ("paragraph", "newline", "escape", "emphasis", "backticks", "list", "link", "autolink")
TAGS: Final = {"p", "br", "strong", "em", "code", "ul", "ol", "li", "a"}
ATTRIBUTES: Final = {"a": {"href"}, "ol": {"start"}}
SCHEMES: Final = {"http", "https", "mailto", "tel"}
# One line that begins with a letter and holds no sign that Markdown or HTML knows: most of what is typed about a call.
PLAIN: Final = re.compile(r"[^\W\d_](?:[^\W_]|[ ,;:?!()%'./€$-])*(?<! )")


def markdown(text: str) -> Markup:
    """Return bold, emphasis, code, lists and links as HTML; everything else stays the text it is.

    Twice safe: the parser knows no HTML, and what it made is cleaned by an allow-list. Plain words need neither.
    """
    if PLAIN.fullmatch(text):
        return Markup(f"<p>{text}</p>\n")  # noqa: S704  holds nothing that HTML knows
    return parsed(text)


def parsed(text: str) -> Markup:
    """Return what the parser makes of any text."""
    html = nh3.clean(
        _parser().render(text),
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(html)  # noqa: S704  cleaned in the line above


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False, "breaks": True}).enable(list(RULES))
