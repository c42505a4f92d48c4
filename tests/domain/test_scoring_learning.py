"""Learning from closed leads that were each seen at several ages: a lead counts once, however often it was seen."""

from __future__ import annotations

import pytest

from app.domain.scoring.learning import Example, learn
from app.domain.scoring.model import COLD_START


def closed(leads: int, rare: int) -> list[Example]:
    """Leads of which the oldest ones have a source of their own, seen at three ages like every other."""
    return [
        Example(
            won=number % 3 == 0,
            ages=tuple(
                {"source": "the Smiths" if number < rare else "ads", "message_length": number * 3 + age}
                for age in range(3)
            ),
        )
        for number in range(leads)
    ]


def learned(leads: int, rare: int = 0) -> dict[str, tuple[set[str], int]]:
    """Return for each field the values that the learned version names, and how many spans it tells apart."""
    body = learn(closed(leads, rare), COLD_START).body
    return {field.name: (set(field.values), len(field.spans)) for field in body.fields}


@pytest.mark.parametrize(("rare", "named"), [(2, {"ads"}), (9, {"ads"}), (10, {"ads", "the Smiths"})])
def test_a_value_that_fewer_than_ten_leads_had_is_never_named(rare: int, named: set[str]) -> None:
    assert learned(420, rare)["source"][0] == named


def test_how_finely_leads_are_told_apart_goes_by_leads_not_by_looks_at_them() -> None:
    assert learned(600)["message_length"][1] == 8
