"""Pieces of pages that are drawn once: icons for ever; cards, entries and what frames a page for a minute.

A card says "3 d in stage" and an entry is immutable, so what is drawn for a reader stays true until the
minute is over. The key is all that is drawn: a lead that changed in any field is another card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from app.core import clock
from app.domain.timeline import Entry
from app.web.forms import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from app.web.templating import Reader

MOST_KEPT: Final = 5_000
_drawings: Final[dict[Hashable, Markup]] = {}


class Pieces:
    """What was drawn within this minute."""

    def __init__(self) -> None:
        self._minute = 0
        self._drawn: dict[Hashable, Markup] = {}

    def draw(self, reader: Reader, macro: Any, things: Iterable[Any], *args: Any) -> Markup:
        """Return what the macro makes of leads or entries for this reader, one after the other."""
        self._forget()
        seen_by = (macro.name, args, reader.zone.key, reader.viewer and reader.viewer.id)
        drawn = [self._draw_one((seen_by, _identity(thing)), macro, thing, args) for thing in things]
        return Markup("").join(drawn)

    def frame(self, reader: Reader, draw: Callable[[], str], name: str) -> Markup:
        """Return a part of the page that depends on its reader alone; it must hold no form, whose token is new."""
        self._forget()
        key = (name, reader.viewer)
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = Markup(draw())  # noqa: S704  a template's own output
        return found

    def _forget(self) -> None:
        minute = int(clock.now().timestamp() // 60)
        if minute != self._minute or len(self._drawn) > MOST_KEPT:
            self._minute = minute
            self._drawn.clear()

    def _draw_one(self, key: Hashable, macro: Any, thing: Any, args: tuple[Any, ...]) -> Markup:
        found = self._drawn.get(key)
        if found is None:
            found = self._drawn[key] = macro(thing, *args)
        return found


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
        return (thing.id, thing.hash, thing.corrected_by_id, thing.erased, thing.actor_name)
    return thing.looks if isinstance(thing, Form) else thing
