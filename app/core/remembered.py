"""A small memory of what was found lately, for what is asked many times a second and may be a moment old."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by key, each for some seconds, the newest `most` of them."""

    def __init__(self, seconds: float, most: int = 1024) -> None:
        self._seconds, self._most = seconds, most
        self._known: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """Return what was kept under the key, None when that is too long ago."""
        kept = self._known.get(key)
        return kept[0] if kept is not None and time.monotonic() < kept[1] else None

    def keep(self, key: K, value: V) -> V:
        """Remember a value from now on, and return it."""
        self._known.pop(key, None)
        self._known[key] = (value, time.monotonic() + self._seconds)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return value

    def forget(self) -> None:
        """Forget everything."""
        self._known.clear()
