"""The points model: what it learns, how it explains itself, and that it never learns what it must not."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.scoring.encoding import Plan, encode
from app.domain.scoring.model import Model, read_model
from app.domain.scoring.points import Field, Points, score_by_points
from app.domain.scoring.training import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.features import Features

LABELS = {"source": "Source", "visits": "Visits"}


def company(leads: int, seed: int = 1) -> tuple[list[Features], list[bool]]:
    """A world where friends' recommendations win, and visits help."""
    draw = Random(seed)
    rows: list[Features] = []
    won: list[bool] = []
    for _ in range(leads):
        source = draw.choice(["referral", "ads", None])
        visits = float(draw.randrange(20))
        rows.append({"source": source, "visits": visits})
        won.append(draw.random() < 0.1 + 0.4 * (source == "referral") + visits / 50)
    return rows, won


ROWS, WON = company(2000)
MODEL = fit(ROWS, WON, LABELS)


def rows_of(name: str, values: Sequence[str | float]) -> list[Features]:
    return [{name: value} for value in values]


def field(name: str) -> Field:
    return next(field for field in MODEL.fields if field.name == name)


def test_what_wins_more_often_has_more_points() -> None:
    source = field("source")
    assert source.values["referral"] > 5
    assert source.values["ads"] < 0
    assert field("visits").spans[-1] > 0 > field("visits").spans[0]


def test_fifty_points_are_the_average_lead() -> None:
    scores = [score_by_points(MODEL, row).score for row in ROWS]
    assert sum(scores) / len(scores) == pytest.approx(50, abs=1)


def test_the_chances_add_up_to_the_wins() -> None:
    assert sum(score_by_points(MODEL, row).win_probability for row in ROWS) == pytest.approx(
        sum(WON), rel=0.01
    )


def test_the_same_leads_make_the_same_bytes() -> None:
    assert msgspec.json.encode(fit(ROWS, WON, LABELS)) == msgspec.json.encode(MODEL)


def test_a_reason_says_field_and_value_in_words() -> None:
    scored = score_by_points(MODEL, {"source": "referral", "visits": None})
    assert scored.reasons[0].label == "Source: referral"
    assert scored.reasons[-1].label == "The average lead"
    assert score_by_points(MODEL, {"source": None}).reasons[0].label == "Source: not given"


def test_a_span_is_named_by_its_ends() -> None:
    spans = Field("n", "N", cuts=(1.0, 2.5), spans=(1, 2, 3))
    assert [spans.look_up(value) for value in (1.0, 2.5, 2.6)] == [
        ("at most 1", 1),
        ("over 1 to 2.5", 2),
        ("over 2.5", 3),
    ]
    assert spans.look_up("many") == ("another", 0)
    assert Field("n", "N", spans=(4,)).look_up(9.0) == ("any number", 4)


def test_a_rare_value_is_never_named() -> None:
    rows = rows_of("source", ["common"] * 20 + ["the Smiths of Elm Street"])
    encoded = encode("source", rows, Plan(5, 8, 1.0))
    assert set(encoded.members) == {("value", "common"), ("other", "")}


def test_a_heap_of_equal_numbers_is_one_span() -> None:
    rows = rows_of("n", [0.0] * 50 + [float(number) for number in range(1, 51)])
    encoded = encode("n", rows, Plan(5, 8, 1.0))
    assert encoded.cuts is not None
    assert encoded.members["span", "0"] == list(range(50))


def test_a_number_with_a_few_typing_errors_stays_a_number() -> None:
    rows = rows_of("n", [*map(float, range(99)), "n. a."])
    assert encode("n", rows, Plan(5, 8, 1.0)).cuts is not None


def test_leads_that_all_ended_alike_teach_nothing_and_break_nothing() -> None:
    model = fit(ROWS[:50], [True] * 50, LABELS)
    assert score_by_points(model, ROWS[0]).win_probability < 1


def test_the_model_survives_the_database() -> None:
    stored = msgspec.json.encode(MODEL).decode()
    assert read_model("points-1", "points", stored) == Model("points-1", MODEL)
    assert Model("points-1", MODEL).kind == "points"


VALUES = st.none() | st.text(max_size=5) | st.sampled_from(["referral", "ads"]) | st.floats(allow_nan=False)


@given(st.fixed_dictionaries({"source": VALUES, "visits": VALUES}))
def test_reasons_always_add_up_whatever_the_lead_says(row: Features) -> None:
    scored = Model("points-1", MODEL).score(row)
    assert sum(reason.points for reason in scored.reasons) == scored.score
    assert 0 <= scored.score <= 100
    assert 0 < scored.win_probability < 1


@given(st.lists(st.integers(-200, 200), min_size=1, max_size=5))
def test_a_score_off_the_scale_is_cut_and_says_so(points: list[int]) -> None:
    fields = tuple(Field(str(number), str(number), missing=one) for number, one in enumerate(points))
    scored = score_by_points(Points(fields, 0.0), {})
    assert scored.score == min(max(50 + sum(points), 0), 100)
    assert sum(reason.points for reason in scored.reasons) == scored.score
