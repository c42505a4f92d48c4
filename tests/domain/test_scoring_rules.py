"""The rules of the cold start."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import now
from app.domain.scoring.engagement import Touch, days_quiet, shows_interest, warmth
from app.domain.scoring.features import LeadFacts, after_silence, features_of
from app.domain.scoring.fields import FIELDS, is_denied
from app.domain.scoring.model import COLD_START, read_model
from app.domain.scoring.result import band, is_news
from app.domain.scoring.rules import Rule, applies, score_by_rules
from app.domain.scoring.rules_v1 import RULES_V1
from app.store.rows import to_json

NOW = now()
BEST = LeadFacts(
    created_at=NOW,
    source="referral",
    form_id="demo-request",
    answers={"team_size": "200-500", "budget": "€ 10k - 25k", "timeline": "ASAP"},
    message_length=200,
    email_domain="navy.example",
    has_phone=True,
    has_company=True,
)
WORST = LeadFacts(
    created_at=NOW - timedelta(days=200), form_id="jobs", source="cold-list", email_domain="gmail.com"
)


def points(facts: LeadFacts) -> dict[str, float]:
    scored = COLD_START.score(COLD_START.features(facts, NOW))
    return {reason.label: reason.points for reason in scored.reasons}


def test_a_bare_lead_starts_low_with_even_a_reason_for_that() -> None:
    scored = COLD_START.score(COLD_START.features(LeadFacts(NOW), NOW))
    assert scored.score == 10
    assert [(reason.label, reason.points) for reason in scored.reasons] == [("Every new lead", 10)]


def test_fit_alone_never_reaches_more_than_sixty() -> None:
    scored = COLD_START.score(COLD_START.features(BEST, NOW))
    assert scored.score == 60
    assert points(BEST)["Fit counts for at most 60"] < 0


def test_engagement_alone_never_adds_more_than_forty() -> None:
    busy = replace(BEST, touches=tuple(Touch(kind, NOW, "inbound", "merged") for kind in TOUCHES * 9))
    assert COLD_START.score(COLD_START.features(busy, NOW)).score == 100
    assert points(busy)["Engagement counts for at most 40"] < 0


TOUCHES = ("meeting_logged", "call_logged", "email_logged", "lead_captured")


def test_a_score_below_the_scale_is_zero_and_says_so() -> None:
    scored = COLD_START.score(COLD_START.features(WORST, NOW))
    assert scored.score == 0
    assert points(WORST)["The scale ends at 0"] > 0


def test_a_touch_is_worth_half_after_two_weeks() -> None:
    call = Touch("call_logged", NOW - timedelta(days=14), "inbound")
    assert warmth([call], NOW, 14) == {"meetings": 0, "calls": 0.5, "emails": 0, "returns": 0}


def test_what_a_rep_sends_is_no_sign_of_interest() -> None:
    assert not shows_interest(Touch("email_logged", NOW, "outbound"))
    assert not shows_interest(Touch("call_logged", NOW))
    assert shows_interest(Touch("email_logged", NOW, "inbound"))


def test_a_meeting_counts_unless_nobody_came() -> None:
    assert shows_interest(Touch("meeting_logged", NOW))
    assert shows_interest(Touch("meeting_logged", NOW, "outbound", "held"))
    assert not shows_interest(Touch("meeting_logged", NOW, "inbound", "no_show"))


def test_only_a_second_submission_is_a_return() -> None:
    assert not shows_interest(Touch("lead_captured", NOW, outcome="created"))
    assert shows_interest(Touch("lead_captured", NOW, outcome="merged"))


def test_silence_is_counted_from_the_last_sign_of_life() -> None:
    since = NOW - timedelta(days=40)
    call = Touch("call_logged", NOW - timedelta(days=3), "inbound")
    assert days_quiet([call], since, NOW) == 3
    assert days_quiet([], since, NOW) == 40
    assert days_quiet([], NOW + timedelta(days=1), NOW) == 0


def test_an_answer_is_read_as_the_lower_end_of_its_span() -> None:
    def team(said: Any) -> Any:
        return features_of(replace(BEST, answers={"team_size": said}), NOW, 14)["team_size"]

    assert [team(said) for said in ("50-200", "1,000+", "about 30 people", "2k", "many", "")] == [
        50, 1000, 30, 2000, None, None,
    ]  # fmt: skip


def test_an_unknown_question_never_becomes_a_feature() -> None:
    features = features_of(replace(BEST, answers={"gender": "f", "age": "50"}), NOW, 14)
    assert set(features) == set(FIELDS)
    assert "f" not in features.values()


def test_private_mail_is_told_from_business_mail_by_the_domain_alone() -> None:
    kinds = [
        features_of(replace(BEST, email_domain=domain), NOW, 14)["email_kind"]
        for domain in ("Gmail.com", "yahoo.co.uk", "navy.example", "", None)
    ]
    assert kinds == ["private", "private", "business", None, None]


def test_no_field_of_the_product_is_on_the_deny_list() -> None:
    assert [name for name in FIELDS if is_denied(name)] == []
    assert {rule.field for rule in (*RULES_V1.fit, *RULES_V1.touches, *RULES_V1.penalties)} <= set(FIELDS)


def test_personal_and_later_columns_are_denied_however_they_are_written() -> None:
    denied = (
        "Name", "first_name", "FirstName", "customerName", "Gender", "sex", "Age", "age_at_signup", "date of birth",
        "Marital Status", "E-Mail", "email", "Work Email Address", "email local part", "Phone No.", "Home-Address",
        "Message", "Call Notes", "owner_id", "Sales Rep", "Stage", "Lead Status", "Tags", "Lost Reason", "isWon",
        "Lead Quality", "Last Activity", "Last Notable Activity", "Lead Profile", "Month", "Closed At", "close_date",
    )  # fmt: skip
    assert [column for column in denied if not is_denied(column)] == []


def test_harmless_columns_are_not_denied() -> None:
    allowed = (
        "Do Not Email", "Do Not Call", "Lead Source", "Country", "City", "TotalVisits", "Page Views Per Visit",
        "Campaign Name", "email_domain_type", "Emails opened", "Email Opens", "has_phone", "message_length",
        "Lead Origin", "Digital Advertisement", "Employment Status", "Through Recommendations", "Monthly budget",
    )  # fmt: skip
    assert [column for column in allowed if is_denied(column)] == []


def test_a_rule_without_bounds_never_meets_a_number() -> None:
    assert not applies(Rule("?", 1, "budget"), {"budget": 5.0})
    assert not applies(Rule("?", 1, "budget", at_least=1), {"budget": None})


def test_bands_and_ten_points_are_news_but_a_first_score_is_not() -> None:
    assert [band(score) for score in (0, 39, 40, 69, 70, 100)] == [
        "cold",
        "cold",
        "warm",
        "warm",
        "hot",
        "hot",
    ]
    assert is_news(39, 40)
    assert is_news(40, 50)
    assert not is_news(40, 49)
    assert not is_news(None, 90)


def test_the_rules_survive_the_database() -> None:
    assert read_model("rules-v1", "rules", to_json(RULES_V1) or "") == COLD_START


TEXT = st.text(max_size=20) | st.sampled_from(["demo-request", "referral", "jobs"])
FACTS = st.builds(
    LeadFacts,
    created_at=st.datetimes(timezones=st.just(NOW.tzinfo)),
    source=TEXT,
    form_id=TEXT,
    campaign=st.none() | st.dictionaries(st.sampled_from(["source", "medium", "name"]), st.none() | TEXT),
    answers=st.dictionaries(
        st.sampled_from(["team_size", "budget", "timeline", "x"]), TEXT | st.integers() | st.none()
    ),
    message_length=st.integers(0, 10_000),
    email_domain=st.none() | TEXT,
    has_phone=st.booleans(),
    touches=st.lists(
        st.builds(
            Touch,
            kind=st.sampled_from(TOUCHES),
            at=st.datetimes(timezones=st.just(NOW.tzinfo)),
            direction=st.sampled_from([None, "inbound", "outbound"]),
            outcome=st.sampled_from([None, "merged", "no_show"]),
        ),
        max_size=9,
    ).map(tuple),
)


@given(FACTS)
def test_reasons_always_add_up_to_a_score_on_the_scale(facts: LeadFacts) -> None:
    scored = score_by_rules(RULES_V1, features_of(facts, NOW, 14))
    assert sum(reason.points for reason in scored.reasons) == scored.score
    assert 0 <= scored.score <= 100
    assert 0 < scored.win_probability < 1


@given(st.lists(st.integers(0, 60), max_size=4), st.integers(0, 90))
def test_features_of_some_days_ago_are_known_today_when_nothing_happened_since(
    touched: list[int], days: int
) -> None:
    touches = tuple(Touch("call_logged", NOW - timedelta(days=age), "inbound") for age in touched)
    facts = replace(BEST, created_at=NOW - timedelta(days=60), touches=touches)
    later = after_silence(features_of(facts, NOW, 14), days, 14)
    looked = features_of(facts, NOW + timedelta(days=days), 14)
    assert later.pop("calls") == pytest.approx(looked.pop("calls"), abs=0.002)
    assert later == looked


def test_what_was_erased_stays_empty() -> None:
    assert after_silence({}, 7, 14) == {}
