"""A small memory of what was found lately, for what is asked many times a second and may be a moment old."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Values by key, each for some seconds, the newest `most` of them; at a look after that it is nowhere any more."""

    def __init__(self, seconds: float, most: int = 1024) -> None:
        self._seconds, self._most = seconds, most
        self._known: OrderedDict[K, tuple[V, float]] = OrderedDict()  # the oldest first
        self._next_goes_at = math.inf

    def get(self, key: K) -> V | None:
        """Return what was kept under the key, None when that is too long ago."""
        if (now := time.monotonic()) >= self._next_goes_at:
            self._drop(now)
        kept = self._known.get(key)
        return kept[0] if kept is not None else None

    def keep(self, key: K, value: V) -> V:
        """Remember a value from now on, and return it."""
        if (now := time.monotonic()) >= self._next_goes_at:
            self._drop(now)
        self._known.pop(key, None)
        self._known[key] = (value, now + self._seconds)
        self._next_goes_at = min(self._next_goes_at, now + self._seconds)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return value

    def forget(self) -> None:
        """Forget everything."""
        self._known.clear()
        self._next_goes_at = math.inf

    def _drop(self, now: float) -> None:
        """Drop what is too old; what is left was kept later."""
        while self._known:
            self._next_goes_at = next(iter(self._known.values()))[1]
            if self._next_goes_at > now:
                return
            self._known.popitem(last=False)
        self._next_goes_at = math.inf
