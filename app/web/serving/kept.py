"""What was drawn stays until it would look different: icons for ever; cards, entries and pages while they are true.

A card says "3 d in stage": that is true until tomorrow, and whoever wrote it says so (app/web/ageing.py). The key is
all that is drawn: a lead that changed in any field is another card. Whoever reads in the same time zone shares them.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from markupsafe import Markup

from app.core import clock
from app.core.ids import uuid7
from app.domain.timeline import Entry
from app.web.ageing import Age, true_until
from app.web.forms import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from app.web.templating import Reader

    # Draws a part of a page by what it is about and what it shows, beside its reader and the time.
    Part = Callable[[Hashable, Any, Callable[[], str]], Markup]
    # A page's pieces and marks, and the pieces of the part that goes where a mark is.
    Cut = tuple[list[bytes], dict[bytes, list[bytes]]]

T = TypeVar("T")
MOST: Final = 1_000_000  # characters of pieces, and bytes of pages: about two thousand, and twenty
LONGEST: Final = 15 * 60  # seconds until all of it is forgotten: what was erased must not stay anywhere
# They stand where each answer of a kept page gets a form token, keys, and word of what was done, of its own; with a
# number, where a part goes.
MARK: Final = secrets.token_hex(16).encode()
TOKEN, KEY, SAID = MARK + b"t", MARK + b"k", MARK + b"s"
# A key is known by its whole field: no text that somebody typed holds a "<", but a note may well hold name="key".
KEYS: Final = re.compile(rb'(<input type="hidden" name="key" value=")[^"]+')
# Both patterns begin with letters that never vary: they are found twenty times as fast as an alternative.
CHANGING: Final = re.compile(rb"(%s(?:[tks]|\d+;))" % MARK)
_drawings: Final[dict[Hashable, Markup]] = {}


class Memory:
    """Drawings by what they show, until they are no longer true."""

    def __init__(self) -> None:
        self._size, self._forget_at = 0, 0.0
        self._drawn: dict[Hashable, tuple[Any, float]] = {}

    def now(self) -> float:
        """Return the time, having forgotten everything where that is due or there is too much of it."""
        now = clock.now().timestamp()
        if now >= self._forget_at or now < self._forget_at - LONGEST or self._size > MOST:
            self._size, self._forget_at = 0, now + LONGEST
            self._drawn.clear()
        return now

    def find(self, key: Hashable, now: float) -> Any:
        """Return what was drawn, None where that is not true any more; what is being drawn around it ages with it."""
        found = self._drawn.get(key)
        if found is None or found[1] <= now:
            return None
        true_until(found[1])
        return found[0]

    def keep(self, key: Hashable, draw: Callable[[], T], size: Callable[[T], int]) -> T:
        """Draw, and remember it for as long as it says it is true."""
        with Age() as age:
            drawn = draw()
        self._drawn[key] = (drawn, age.until)
        self._size += size(drawn)
        return drawn


class Pieces:
    """Parts of pages."""

    def __init__(self) -> None:
        self._memory = Memory()

    def draw(self, reader: Reader, macro: Any, things: Iterable[Any], *args: Any) -> Markup:
        """Return what the macro, which must not look at its reader, makes of leads or entries, one after the other."""
        now, looks = self._memory.now(), (macro.name, args, reader.zone.key)
        return Markup("").join(
            [self._draw_one((looks, _identity(each)), now, macro, each, args) for each in things]
        )

    def frame(self, key: Hashable, draw: Callable[[], str], token: str) -> Markup:
        """Return a part of the page that depends on its key alone, its forms with this token instead of the mark."""
        now = self._memory.now()
        found = self._memory.find(key, now)
        if found is None:
            found = self._memory.keep(key, draw, len)
        return Markup(found.replace(TOKEN.decode(), token))  # noqa: S704  a template's own output, and a token

    def _draw_one(self, key: Hashable, now: float, macro: Any, thing: Any, args: tuple[Any, ...]) -> Markup:
        found = self._memory.find(key, now)
        return self._memory.keep(key, lambda: macro(thing, *args), len) if found is None else found


class Pages:
    """Whole pages, for whoever asks again and finds nothing changed: a reload, a step back; and parts of them."""

    def __init__(self) -> None:
        self._memory = Memory()

    def draw(self, reader: Reader, query: bytes, shown: Any, draw: Callable[[Reader, Part], str]) -> bytes:
        """Return the page of this address, drawn anew when `shown`, its reader or the time makes it another one.

        Each answer has form tokens, keys, and word of what was done, of its own.
        """
        blank = replace(reader, csrf=TOKEN.decode(), said=Markup(SAID.decode()))  # noqa: S704  letters and digits
        own = {TOKEN: reader.csrf.encode(), SAID: reader.said.encode()}

        def whole() -> Cut:
            parts: dict[bytes, list[bytes]] = {}

            def part(about: Hashable, its: Any, draw_it: Callable[[], str]) -> Markup:
                mark = b"%s%d;" % (MARK, len(parts))
                parts[mark], _ = self._find((blank, about), its, lambda: (_cut(draw_it()), {}))
                return Markup(mark.decode())  # noqa: S704  letters, digits and a semicolon

            return _cut(draw(blank, part)), parts

        around, parts = self._find((blank, query), shown, whole)
        page = (each for piece in around for each in parts.get(piece, (piece,)))
        return b"".join(str(uuid7()).encode() if each == KEY else own.get(each, each) for each in page)

    def _find(self, key: Hashable, shown: Any, draw: Callable[[], Cut]) -> Cut:
        now = self._memory.now()
        kept: tuple[Any, Cut] | None = self._memory.find(key, now)
        if kept is None or kept[0] != shown:
            kept = self._memory.keep(key, lambda: (shown, draw()), _length)
        return kept[1]


def _cut(html: str) -> list[bytes]:
    """Return the text in pieces: what stands between marks, and the marks."""
    return CHANGING.split(KEYS.sub(rb"\g<1>" + KEY, html.encode()))


def _length(kept: tuple[Any, Cut]) -> int:
    around, _ = kept[1]  # each part is kept, and counted, as itself
    return sum(map(len, around))


def drawn_once(macro: Any) -> Callable[..., Markup]:
    """Return the macro of an icon, which looks the same for everybody for ever."""

    def draw(*args: Any, **named: Any) -> Markup:
        key = (macro.name, args, *named.items())
        found = _drawings.get(key)
        if found is None:
            found = _drawings[key] = macro(*args, **named)
        return found

    return draw


def _identity(thing: Any) -> Hashable:
    """An entry never changes, but that it may be corrected or erased later; of a form only what is seen counts."""
    if isinstance(thing, Entry):
        return (
            thing.id,
            thing.hash,
            thing.corrected_by_id,
            thing.erased,
            thing.actor_name,
            thing.given_to_name,
            thing.taken_from_name,
        )
    return thing.looks if isinstance(thing, Form) else thing
