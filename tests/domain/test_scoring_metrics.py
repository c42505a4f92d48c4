"""Measures, checked by hand; and the gate that a model must pass."""

from __future__ import annotations

from random import Random

import pytest

from app.domain.scoring.gate import decide
from app.domain.scoring.metrics import auc, average_precision, ece, lift, measure

WON = [True, True, False, True, False, False, False, False]
RANKED = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2]


def test_auc_is_the_share_of_pairs_in_the_right_order() -> None:
    assert auc(RANKED, WON) == pytest.approx(14 / 15)
    assert auc(RANKED[::-1], WON) == pytest.approx(1 / 15)


def test_a_tie_counts_half_and_one_kind_alone_says_nothing() -> None:
    assert auc([1.0] * 8, WON) == 0.5
    assert auc(RANKED, [True] * 8) == 0.5
    assert auc([2.0, 1.0, 1.0], [True, True, False]) == 0.75


def test_average_precision_is_the_mean_precision_at_each_win() -> None:
    assert average_precision(RANKED, WON) == pytest.approx((1 + 1 + 3 / 4) / 3)
    assert average_precision(RANKED, [False] * 8) == 0


def test_lift_compares_the_top_with_everybody() -> None:
    assert lift(RANKED, WON, 0.25) == pytest.approx(1 / (3 / 8))
    assert lift([1.0] * 8, WON, 0.25) == pytest.approx(1)
    assert lift(RANKED, [False] * 8, 0.25) == 0


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    assert ece([0.0] * 5 + [1.0] * 5, [False] * 5 + [True] * 5, 2) == 0
    assert ece([0.5] * 10, [False] * 10, 2) == 0.5


def test_all_measures_at_once() -> None:
    found = measure([90, 80, 70, 60, 50, 40, 30, 20], RANKED, WON).rounded()
    assert (found["rows"], found["base_rate"], found["auc"]) == (8, 0.375, 0.93333)
    assert found["brier"] == pytest.approx(0.155, abs=1e-9)


def world(leads: int, seed: int) -> tuple[list[bool], list[float]]:
    draw = Random(seed)
    chances = [draw.uniform(0.05, 0.95) for _ in range(leads)]
    return [draw.random() < chance for chance in chances], chances


def test_a_model_that_knows_more_is_promoted() -> None:
    won, chances = world(400, 1)
    assert decide(won, [0.5] * 400, chances).promote


def test_a_model_is_never_promoted_over_itself() -> None:
    won, chances = world(400, 1)
    decision = decide(won, chances, chances)
    assert not decision.promote
    assert "is not above" in decision.reason


def test_a_good_ranking_with_wrong_chances_is_not_promoted() -> None:
    won, chances = world(400, 1)
    decision = decide(won, [0.5] * 400, [chance / 2 for chance in chances])
    assert not decision.promote
    assert "calibration" in decision.reason


def test_data_without_signal_is_never_promoted() -> None:
    for seed in range(40):
        won, _ = world(100 + 20 * seed, seed)
        guesses = [0.45 + 0.1 * Random(str((seed, place))).random() for place in range(len(won))]
        assert not decide(won, [0.5] * len(won), guesses).promote


def test_leads_of_one_kind_decide_nothing() -> None:
    assert not decide([True] * 50, [0.5] * 50, [0.9] * 50).promote
