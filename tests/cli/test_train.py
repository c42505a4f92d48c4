"""crm train: anyone can check the model on data of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from app.cli.commands.train import command
from app.core.errors import Malformed
from tests.domain.test_scoring_table import file

if TYPE_CHECKING:
    from pathlib import Path


def test_it_prints_what_it_measured_as_json(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, "--train-rows", "900", "--json"))
    assert (found["train_rows"], found["test_rows"]) == (900, 300)
    assert {"auc", "average_precision", "brier", "ece", "lift_10", "lift_20"} <= set(found["metrics"])
    assert found["decision"]["promote"]


def test_it_prints_the_same_as_a_table(tmp_path: Path) -> None:
    printed = run(tmp_path, "--columns", "source, Tags")
    assert "auc" in printed
    assert "left out           Tags" in printed


def test_what_is_wrong_is_left_to_the_one_place_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        run(tmp_path, "--columns", "nix")


def run(folder: Path, *more: str) -> str:
    table = folder / "leads.csv"
    table.write_text(file(1200))
    done = CliRunner().invoke(
        command,
        ["--csv", str(table), "--target", "won", "--time-column", "at", *more],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    return done.output
