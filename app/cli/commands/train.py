"""crm train."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from app.domain.scoring.trial import Question
from app.services.training import try_on_file

if TYPE_CHECKING:
    from app.domain.scoring.trial import Trial

CSV = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("train")
@click.option("--csv", "file", required=True, type=CSV, help="A table of closed leads, one a line.")
@click.option("--target", required=True, help="The column with the outcome: 1 or 0, yes or no, won or lost.")
@click.option("--time-column", required=True, help="The column with the order in which the leads came.")
@click.option("--columns", multiple=True, help="Learn from these only; separated by commas, or repeated.")
@click.option("--train-rows", type=click.IntRange(1), help="Train on so many of the oldest [default: 75 %].")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def command(file: Path, as_json: bool, columns: tuple[str, ...], **asked: Any) -> None:  # noqa: FBT001
    """Try the lead scoring on a CSV file: learn from its oldest leads, measure on its newest.

    Nothing is written anywhere. Personal columns, and those filled in after the capture, are left out.
    """
    names = tuple(name.strip() for given in columns for name in given.split(",") if name.strip())
    trial = try_on_file(file, Question(columns=names, **asked))
    found = report(trial)
    click.echo(json.dumps(found, indent=2) if as_json else as_table(found))


def report(trial: Trial) -> dict[str, Any]:
    """Return what a trial found, ready for JSON."""
    model = msgspec.json.encode(trial.model, order="deterministic")
    return {
        "train_rows": trial.train_rows,
        "test_rows": trial.metrics.rows,
        "skipped_rows": trial.skipped_rows,
        "columns": [field.name for field in trial.model.fields],
        "left_out": trial.left_out,
        "metrics": trial.metrics.rounded(),
        "decision": {"promote": trial.decision.promote, "reason": trial.decision.reason},
        "fit_seconds": round(trial.fit_seconds, 3),
        "score_ms_per_lead": round(trial.score_ms, 4),
        "model": {"bytes": len(model), "sha256": hashlib.sha256(model).hexdigest()},
    }


def as_table(found: dict[str, Any]) -> str:
    """Return the same for a person to read."""
    decision = found["decision"]
    rows = {
        "trained on": f"{found['train_rows']} leads, {len(found['columns'])} columns",
        "measured on": f"{found['test_rows']} newer leads ({found['skipped_rows']} lines skipped)",
        **{name.replace("_", " "): value for name, value in found["metrics"].items() if name != "rows"},
        "fit": f"{found['fit_seconds']} s of processor time",
        "scoring": f"{found['score_ms_per_lead']} ms a lead",
        "would be promoted": f"{'yes' if decision['promote'] else 'no'}: {decision['reason']}",
    }
    lines = [f"{name:18} {value}" for name, value in rows.items()]
    lines += [f"left out           {column}: {reason}" for column, reason in found["left_out"].items()]
    return "\n".join(lines)
