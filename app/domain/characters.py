"""Which characters a text may have."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# C0 and C1 but tab, line feed and carriage return (every textarea sends that one), and lone surrogates.
_REFUSED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# Direction marks, and what has no width: addresses and numbers bring them along from where they are copied.
_INVISIBLE: Final = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")

MOST_MARKS: Final = 30  # no script needs as many, says Unicode's stream-safe format (UAX 15)


def has_control_characters(text: str) -> bool:
    """Say whether `text` has a character that no person types and no database or page should hold."""
    return _REFUSED.search(text) is not None


def without_invisible(text: str) -> str:
    """Return `text` without characters that nobody sees and that are no part of an address or a number."""
    return _INVISIBLE.sub("", text)


def stacks_marks(text: str) -> bool:
    """Say whether a character has more marks than anybody writes: putting them in order takes their number squared."""
    if text.isascii():
        return False
    marks = 0
    for each in text:
        marks = marks + 1 if unicodedata.category(each)[0] == "M" else 0
        if marks > MOST_MARKS:
            return True
    return False
