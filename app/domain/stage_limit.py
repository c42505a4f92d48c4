"""How many open leads one person should have in a stage at most; nothing is refused for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from app.core.errors import Invalid, Problem
from app.domain.pipeline import OPEN_STAGES, Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST: Final = 9999


@dataclass(frozen=True, slots=True)
class StageLimit:
    """A stage's limit, None for none, and who set it when."""

    stage: Stage
    most: int | None
    set_by: str
    set_at: datetime


def read_limits(typed: Mapping[str, str]) -> dict[Stage, int | None]:
    """Return the limit of each open stage, None where nothing was typed; raises Invalid."""
    wrong = [Problem(f"#/{stage}", _NEEDS) for stage in OPEN_STAGES if not _fits(typed.get(stage, ""))]
    if wrong:
        raise Invalid(wrong)
    return {stage: int(typed.get(stage, "") or 0) or None for stage in OPEN_STAGES}


_NEEDS: Final = f"needs a whole number from 1 to {MOST:,}, or nothing for no limit"


def _fits(text: str) -> bool:
    return not text or (text.isascii() and text.isdigit() and 0 < int(text[:6]) <= MOST)
