"""Trying the trainer on a file, which touches no database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.errors import TooLarge
from app.domain.scoring.table import decode, read_table
from app.domain.scoring.trial import run_trial

if TYPE_CHECKING:
    from pathlib import Path

    from app.domain.scoring.trial import Question, Trial

MOST_BYTES: Final = 500_000_000


def try_on_file(file: Path, question: Question) -> Trial:
    """Learn from a CSV file's oldest leads and measure on its newest; raises Malformed or TooLarge."""
    if file.stat().st_size > MOST_BYTES:
        raise TooLarge(f"{file.name} is over {MOST_BYTES // 1_000_000} MB")
    return run_trial(read_table(decode(file.read_bytes())), question)
