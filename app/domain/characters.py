"""Which characters a text may have."""

from __future__ import annotations

import re
from typing import Final

# C0 and C1 but tab, line feed and carriage return (every textarea sends that one), and lone surrogates.
_REFUSED: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def has_control_characters(text: str) -> bool:
    """Say whether `text` has a character that no person types and no database or page should hold."""
    return _REFUSED.search(text) is not None
