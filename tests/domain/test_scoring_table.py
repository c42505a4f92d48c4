"""A trial on a file as somebody has it."""

from __future__ import annotations

from random import Random

import pytest

from app.core.errors import Malformed
from app.domain.scoring.table import decode, read_table, to_moments, to_value
from app.domain.scoring.trial import Question, run_trial

ASKED = Question("won", "at")


def file(leads: int = 400, separator: str = ",", words: tuple[str, str] = ("1", "0")) -> str:
    draw = Random(7)
    lines = [separator.join(("id", "at", "source", "Age", "Tags", "won"))]
    for number in range(leads):
        source = draw.choice(["referral", "ads"])
        won = draw.random() < (0.7 if source == "referral" else 0.2)
        cells = (f"x{number}", str(number), source, "40", "hot" if won else "cold", words[not won])
        lines.append(separator.join(cells))
    draw.shuffle(lines[1:])
    return "\n".join(lines)


def test_a_trial_learns_from_the_oldest_and_measures_on_the_newest() -> None:
    trial = run_trial(read_table(file(1200)), ASKED)
    assert (trial.train_rows, trial.metrics.rows, trial.skipped_rows) == (900, 300, 0)
    assert trial.metrics.auc > 0.65
    assert trial.decision.promote


def test_personal_columns_later_ones_and_identifiers_are_left_out_by_themselves() -> None:
    trial = run_trial(read_table(file()), ASKED)
    assert [field.name for field in trial.model.fields] == ["source"]
    assert set(trial.left_out) == {"id", "Age", "Tags"}


def test_a_denied_column_does_not_enter_even_when_asked_for() -> None:
    trial = run_trial(read_table(file()), Question("won", "at", ("source", "Tags", "won")))
    assert set(trial.left_out) == {"Tags", "won"}


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("words", [("1", "0"), ("yes", "no"), ("Won", "Lost"), ("TRUE", "FALSE")])
def test_delimiters_and_spellings_make_no_difference(separator: str, words: tuple[str, str]) -> None:
    assert run_trial(read_table(file(200, separator, words)), ASKED).metrics.auc > 0.65


def test_a_lead_without_an_outcome_is_open_and_skipped() -> None:
    assert run_trial(read_table(file() + "\nx,500,ads,1,,\n\n"), ASKED).skipped_rows == 1


def test_the_number_of_training_leads_can_be_given() -> None:
    assert run_trial(read_table(file()), Question("won", "at", train_rows=40)).train_rows == 40


@pytest.mark.parametrize(
    ("text", "question", "wrong"),
    [
        ("", ASKED, "no line of data"),
        ("a,b\n", ASKED, "no line of data"),
        ("a," * 2000 + "\n1,2", ASKED, "columns"),
        ('a,b\n"' + "x" * 200_000, ASKED, "not a CSV"),
        (file(), Question("what", "at"), "no column 'what'"),
        (file(), Question("won", "at", ("source", "nix")), "no column 'nix'"),
        (file(), Question("won", "at", ("Age",)), "No column is left"),
        (file(words=("good", "bad")), ASKED, "is no outcome"),
        (file(), Question("won", "source"), "is no time"),
        (file(), Question("won", "at", train_rows=400), "Too little to measure on"),
        (file(), Question("won", "at", train_rows=2), "Too little to train on"),
    ],
)
def test_what_cannot_be_tried_is_said_in_one_line(text: str, question: Question, wrong: str) -> None:
    with pytest.raises(Malformed, match=wrong):
        run_trial(read_table(text), question)


def test_a_ragged_line_has_empty_cells_and_a_doubled_quote_is_no_end() -> None:
    table = read_table('a,b\n1\n"say ""hi""\nthere",2,3\n')
    assert table.column("a") == ["1", 'say "hi"\nthere']
    assert table.column("b") == ["", "2"]


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_the_coding_it_has(coding: str) -> None:
    assert decode("größe,1".encode(coding)) == "größe,1"


def test_cells_become_numbers_words_or_nothing() -> None:
    cells = ("3", "-2.5", "3,5", "1e3", "word", "", "Select", "N/A", "inf", "NaN")
    assert [to_value(cell) for cell in cells] == [3, -2.5, 3.5, 1000, "word", None, None, None, None, None]


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "2", "10"],
        ["2026-01-02", "2026-01-02 03:04", "2026-02-01T00:00:00Z"],
        ["31.01.2026", "01.02.2026", "02.02.2026"],
        ["01/31/2026", "02/01/2026", "02/02/2026"],
        ["2026/01/31 10:00", "2026/02/01 09:00", "2026/02/02 08:00"],
    ],
)
def test_times_sort_as_they_happened(cells: list[str]) -> None:
    moments = to_moments(cells, "at")
    assert moments == sorted(moments)
    assert len(set(moments)) == 3
