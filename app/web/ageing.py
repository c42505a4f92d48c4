"""How long what is drawn stays true: who puts a moment into words says here when those words will be others."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Final, Self

FOR_EVER: Final = float("inf")


class Age:
    """Watches how long what is drawn inside `with` stays true; a drawing around it stays true no longer."""

    __slots__ = ("_around", "until")

    def __init__(self) -> None:
        self.until = FOR_EVER  # in seconds since 1970
        self._around: Token[Age | None]

    def __enter__(self) -> Self:
        self._around = _drawing.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        _drawing.reset(self._around)
        true_until(self.until)


_drawing: ContextVar[Age | None] = ContextVar("drawing", default=None)


def true_until(moment: float) -> None:
    """Say that what is being drawn is true until then, in seconds since 1970, and perhaps no longer."""
    age = _drawing.get()
    if age is not None and moment < age.until:
        age.until = moment
