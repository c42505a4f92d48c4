"""Part L: the product's own trainer and scorer on public lead data, against a floor and a goal for each measure.

`make bench` includes it when CRM_BENCH_LEADS names the file (X Education's leads, 9,240 lines); alone:
`python -m bench.scoring FILE`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from app.domain.scoring.metrics import auc
from app.domain.scoring.points import score_by_points
from app.domain.scoring.table import Table, decode, read_table
from app.domain.scoring.training import fit
from app.domain.scoring.trial import Leads, Question, closed_leads, run_trial

TRAIN: Final = 7392
FEW: Final = 400
DRAWS: Final = 5
AT_CAPTURE: Final = (
    "Lead Origin", "Lead Source", "Do Not Email", "Do Not Call", "Country", "City", "Specialization",
    "How did you hear about X Education", "Search", "Newspaper Article", "X Education Forums", "Newspaper",
    "Digital Advertisement", "Through Recommendations", "A free copy of Mastering The Interview",
)  # fmt: skip
WITH_VISITS: Final = (
    *AT_CAPTURE, "What is your current occupation", "What matters most to you in choosing a course", "TotalVisits",
    "Total Time Spent on Website", "Page Views Per Visit",
)  # fmt: skip
QUESTION: Final = Question("Converted", "Lead Number", WITH_VISITS, TRAIN)


@dataclass(frozen=True, slots=True)
class Line:
    """One measure, what it must at least be, and what it should be."""

    name: str
    value: float
    floor: float
    goal: float

    @property
    def verdict(self) -> str:
        """Say how it stands; where the goal lies below the floor, less is better."""
        sign = 1 if self.goal >= self.floor else -1
        if sign * self.value < sign * self.floor:
            return "BELOW THE FLOOR"
        return "goal" if sign * self.value >= sign * self.goal else "floor"


def run(file: Path) -> list[Line]:
    """Measure everything once."""
    table = read_table(decode(file.read_bytes()))
    return [*accuracy(table), *speed(table)]


def accuracy(table: Table) -> list[Line]:
    """Measure how good the scores of the newest leads are."""
    found = run_trial(table, QUESTION).metrics
    at_capture = run_trial(table, replace(QUESTION, columns=AT_CAPTURE)).metrics
    return [
        Line("AUC of the score", found.auc, 0.880, 0.893),
        Line("average precision", found.average_precision, 0.82, 0.845),
        Line("Brier score", found.brier, 0.134, 0.125),
        Line("calibration error", found.ece, 0.06, 0.04),
        Line("lift of the top 10 %", found.lift_10, 2.5, 2.6),
        Line("lift of the top 20 %", found.lift_20, 2.35, 2.42),
        Line("AUC at capture", at_capture.auc, 0.69, 0.720),
        Line(
            f"AUC after {FEW} leads", mean_of_draws(closed_leads(table, QUESTION, WITH_VISITS)), 0.855, 0.875
        ),
    ]


def mean_of_draws(leads: Leads) -> float:
    """Return the mean AUC of models that saw only a few of the older leads."""
    test = leads.part(TRAIN)
    found: list[float] = []
    for seed in range(DRAWS):
        drawn = sorted(Random(seed).sample(range(TRAIN), FEW))
        model = fit(
            [leads.rows[n] for n in drawn], [leads.won[n] for n in drawn], {c: c for c in WITH_VISITS}
        )
        found.append(auc([score_by_points(model, row).score for row in test.rows], test.won))
    return sum(found) / DRAWS


def speed(table: Table) -> list[Line]:
    """Measure the processor's time for one fit and for ten thousand scores with their reasons."""
    leads = closed_leads(table, QUESTION, WITH_VISITS)
    train = leads.part(0, TRAIN)
    started = time.process_time()
    model = fit(train.rows, train.won, {column: column for column in WITH_VISITS})
    fitted = time.process_time()
    for row in (leads.rows * 2)[:10_000]:
        score_by_points(model, row)
    done = time.process_time()
    return [
        Line(f"seconds to fit {TRAIN} leads", fitted - started, 5, 2.5),
        Line("seconds to score 10,000 leads", done - fitted, 0.5, 0.25),
    ]


def show(lines: list[Line]) -> str:
    """Return the measures as a table."""
    head = f"{'':32}{'value':>9}{'floor':>9}{'goal':>9}"
    body = [
        f"{line.name:32}{line.value:9.3f}{line.floor:9.3f}{line.goal:9.3f}  {line.verdict}" for line in lines
    ]
    return "\n".join([head, *body])


def main() -> int:
    """Measure the file named on the command line; 1 when a measure is below its floor."""
    lines = run(Path(sys.argv[1]))
    print(show(lines))
    return int(any(line.verdict.isupper() for line in lines))


if __name__ == "__main__":
    raise SystemExit(main())
