"""A trial: learn from the oldest leads of any table, and measure on its newest."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.core.errors import Malformed
from app.domain.scoring.columns import choose_columns
from app.domain.scoring.gate import Decision, decide
from app.domain.scoring.metrics import Metrics, measure
from app.domain.scoring.points import score_by_points
from app.domain.scoring.table import to_moments, to_value
from app.domain.scoring.training import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.features import Features
    from app.domain.scoring.points import Points
    from app.domain.scoring.table import Table

TRAIN_SHARE: Final = 0.75
LEAST_OF_EACH: Final = 5
WON: Final = frozenset({"1", "1.0", "true", "yes", "y", "t", "won", "converted", "closed won", "closed_won"})
LOST: Final = frozenset(
    {"0", "0.0", "-1", "false", "no", "n", "f", "lost", "not converted", "closed lost", "closed_lost"}
)


@dataclass(frozen=True, slots=True)
class Question:
    """What to predict, in which order the leads came, from which columns (none: all that are fit)."""

    target: str
    time_column: str
    columns: tuple[str, ...] = ()
    train_rows: int | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it."""

    model: Points
    train_rows: int
    skipped_rows: int
    left_out: dict[str, str]
    metrics: Metrics
    decision: Decision
    fit_seconds: float
    score_ms: float


@dataclass(frozen=True, slots=True)
class Leads:
    """Closed leads in the order they came."""

    rows: list[Features]
    won: list[bool]

    def part(self, start: int, end: int | None = None) -> Leads:
        """Return some of them."""
        return Leads(self.rows[start:end], self.won[start:end])


def run_trial(table: Table, question: Question) -> Trial:
    """Learn from the oldest closed leads, measure on the rest; raises Malformed for too little of a table."""
    columns, left_out = choose_columns(table, question.columns, (question.target, question.time_column))
    leads = closed_leads(table, question, columns)
    split = len(leads.rows) * TRAIN_SHARE if question.train_rows is None else question.train_rows
    train, test = leads.part(0, int(split)), leads.part(int(split))
    _check_both(train, "train on")
    _check_both(test, "measure on")
    started = time.process_time()
    model = fit(train.rows, train.won, {column: column for column in columns})
    fitted = time.process_time()
    scored = [score_by_points(model, row) for row in test.rows]
    done = time.process_time()
    chances = [one.win_probability for one in scored]
    base = sum(train.won) / len(train.won)
    return Trial(
        model=model,
        train_rows=len(train.rows),
        skipped_rows=len(table.lines) - len(leads.rows),
        left_out=left_out,
        metrics=measure([one.score for one in scored], chances, test.won),
        decision=decide(test.won, [base] * len(test.won), chances),
        fit_seconds=fitted - started,
        score_ms=1000 * (done - fitted) / len(scored),
    )


def closed_leads(table: Table, question: Question, columns: Sequence[str]) -> Leads:
    """Return the closed leads, oldest first; a line without an outcome is an open lead and is skipped."""
    outcomes = [_outcome(cell) for cell in table.column(question.target)]
    times = table.column(question.time_column)
    known = [place for place, won in enumerate(outcomes) if won is not None and times[place]]
    moments = to_moments([times[place] for place in known], question.time_column)
    order = [place for _, place in sorted(zip(moments, known, strict=True))]
    cells = {column: table.column(column) for column in columns}
    rows: list[Features] = [{name: to_value(cells[name][place]) for name in columns} for place in order]
    return Leads(rows, [bool(outcomes[place]) for place in order])


def _outcome(cell: str) -> bool | None:
    word = cell.casefold()
    if word in WON:
        return True
    if word in LOST:
        return False
    if not word:
        return None
    raise Malformed(f"{cell!r} is no outcome: a target says 1 or 0, yes or no, won or lost")


def _check_both(leads: Leads, purpose: str) -> None:
    wins, losts = sum(leads.won), len(leads.won) - sum(leads.won)
    if min(wins, losts) < LEAST_OF_EACH:
        found = f"{wins} won and {losts} lost leads"
        raise Malformed(f"Too little to {purpose}: {found}, and {LEAST_OF_EACH} of each are needed")
