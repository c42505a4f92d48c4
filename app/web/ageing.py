"""How long what is drawn stays true: who puts a moment into words says here when those words will be others."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Generator

FOR_EVER: Final = float("inf")


class Age:
    """Until when a drawing is true, in seconds since 1970."""

    __slots__ = ("until",)

    def __init__(self) -> None:
        self.until = FOR_EVER


_drawing: ContextVar[Age | None] = ContextVar("drawing", default=None)


@contextmanager
def ageing() -> Generator[Age]:
    """Watch how long what is drawn inside stays true; a drawing around it stays true no longer."""
    age = Age()
    token = _drawing.set(age)
    try:
        yield age
    finally:
        _drawing.reset(token)
        true_until(age.until)


def true_until(moment: float) -> None:
    """Say that what is being drawn is true until then, in seconds since 1970, and perhaps no longer."""
    age = _drawing.get()
    if age is not None and moment < age.until:
        age.until = moment
