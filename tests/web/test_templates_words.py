"""How values are written, and how forms are read."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.core import clock
from app.core.errors import Invalid, Malformed, NotFound, Problem
from app.domain.pipeline import Stage
from app.web import formats
from app.web.board import cards
from app.web.forms import Form
from app.web.timeline.entries import describe
from tests.web import samples

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: samples.NOW)


@pytest.mark.parametrize(
    ("value", "written"),
    [("12000", "€12,000"), ("9.5", "€9.50"), ("0", "€0"), ("1234567.89", "€1,234,567.89")],
)
def test_amounts_keep_every_cent(value: str, written: str) -> None:
    assert formats.amount(Decimal(value), "EUR") == written


@pytest.mark.parametrize(
    ("value", "written"),
    [("950", "€950"), ("84400", "€84k"), ("1250000", "€1.2M"), ("999999999999", "€1000.0B")],
)
def test_amounts_fit_a_tight_place(value: str, written: str) -> None:
    assert formats.short_amount(Decimal(value), "EUR") == written


def test_a_currency_without_a_sign_is_written_by_its_code() -> None:
    assert formats.amount(Decimal(5), "CHF") == "CHF\N{NO-BREAK SPACE}5"


@pytest.mark.parametrize(
    ("passed", "written"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=-2, hours=-1), "in 2 d"),
    ],
)
def test_a_distance_in_time_has_one_unit(passed: timedelta, written: str) -> None:
    assert formats.ago(samples.NOW - passed).replace("\N{NO-BREAK SPACE}", " ") == written


def test_days_are_those_of_the_reader() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert formats.day(late, BERLIN) == "23 Nov 2026"
    assert formats.exact(late, BERLIN) == "Mon 23 Nov 2026, 00:30"


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"name": "autumn", "source": "google", "medium": ""}, "google · autumn"),
        ({"source": 7}, "7"),
        ({}, "No campaign"),
        (None, "No campaign"),
    ],
)
def test_a_campaign_is_written_from_its_source_to_its_name(
    said: dict[str, object] | None, written: str
) -> None:
    assert formats.campaign(said) == written


def test_a_card_says_what_is_overdue() -> None:
    late = samples.lead(follow_up_at=samples.NOW - timedelta(days=3), follow_up_note="Call")
    words = cards.describe(late, BERLIN)
    assert (words.due, words.next_step.replace("\N{NO-BREAK SPACE}", " ")) == ("late", "Overdue 3 d · Call")


def test_a_narrow_card_cuts_what_to_do_and_not_when() -> None:
    tomorrow = samples.lead(follow_up_at=clock.now() + timedelta(days=1), follow_up_note="Call")
    words = cards.describe(tomorrow, BERLIN)
    assert re.fullmatch(r"Tomorrow \d\d:\d\d · Call", words.next_step)


def test_a_card_names_the_strongest_reason_of_its_score() -> None:
    assert cards.describe(samples.lead(), BERLIN).reason == "Asked for a demo +25"


def test_a_closed_lead_neither_rots_nor_has_a_next_step() -> None:
    words = cards.describe(samples.lead(Stage.CLOSED_WON), BERLIN)
    assert (words.due, words.rot) == ("", "")


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("+49 (0)30 123-456", "+4930123456"),
        ("00 49 (0)176 1234567", "00491761234567"),
        ("(030) 12 34", "0301234"),
        ("+1 202 555 0101 ext. 7", "+12025550101"),
        ("0170 1234567 / 0171 7654321", "01701234567"),
        ("0170/1234567, 0171/7654321", "01701234567"),
        ("+49 (0)30 362123; 362124", "+4930362123"),
        ("+49 30 362123\n+49 30 362124", "+4930362123"),
        ("+49 30 362123 or +49 30 362124", "+4930362123"),
        ("030/362123", "030362123"),
        ("+49/30/123456", "+4930123456"),
        ("+49 33708/123456", "+4933708123456"),
        ("0170/12 34/567", "01701234567"),
    ],
)
def test_a_number_is_dialled_without_what_is_only_written(phone: str, dialled: str) -> None:
    assert formats.dial(phone) == dialled


def test_a_source_is_written_for_people() -> None:
    assert [formats.source(name) for name in ("added-by-hand", "Trade fair", "fair in Köln", "")] == [
        "Added by hand", "Trade fair", "fair in Köln", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data", "text", "summary"),
    [
        ("deal_changed", {"value": "lowered", "expected_close_on": None}, {}, "Expected value lowered"),
        (
            "deal_changed",
            {"was_to_close_on": None, "expected_close_on": "2026-01-02"},
            {},
            "Closes – → 2 Jan 2026",
        ),
        ("deal_changed", {"expected_close_on": "2026-01-02"}, {}, ""),  # as they were written once
        ("lead_created", {"known": True}, {"name": "Eva", "phone": "123"}, "Known already: Eva · 123"),
        ("lead_created", {"known": True}, {}, "Known already"),
        ("lead_created", {"source": "fair"}, {"name": "Eva"}, ""),
    ],
)
def test_an_entry_says_what_became_of_it(
    kind: str, data: dict[str, object], text: dict[str, str], summary: str
) -> None:
    assert describe(samples.entry(kind, 1, data, **text), BERLIN).summary == summary


def test_a_form_that_joined_says_which_contact_it_named() -> None:
    said = {"name": "Grace H.", "phone": "+31 20 1", "job_title": "CTO", "country": "NL", "message": "Again"}
    words = describe(samples.entry("lead_captured", 1, {"outcome": "merged"}, **said), BERLIN)
    assert (words.summary, words.body) == ("Grace H. · +31 20 1 · CTO · NL", "Again")


def test_an_amount_may_be_typed_with_separators() -> None:
    assert Form({"amount": " 12,000.50 "}).amount("amount") == Decimal("12000.50")


@pytest.mark.parametrize("typed", ["", "x", "NaN", "Infinity", "1.2.3"])
def test_what_is_no_amount_is_said_beside_its_field(typed: str) -> None:
    form = Form({"amount": typed})
    form.amount("amount")
    with pytest.raises(Invalid):
        form.check()
    assert "amount" in form.errors


def test_a_day_may_be_left_out_but_not_be_nonsense() -> None:
    form = Form({"starts_on": "2027-01-31", "other": "31.1."})
    assert form.day("starts_on") == date(2027, 1, 31)
    assert form.day("missing") is None
    form.day("other")
    assert list(form.errors) == ["other"]


@pytest.mark.parametrize("typed", ["", "-1", "1x", "٣", "9" * 11])
def test_a_form_without_a_version_is_refused(typed: str) -> None:
    with pytest.raises(Malformed):
        Form({"version": typed}).version()


def test_an_id_that_is_none_is_not_found() -> None:
    with pytest.raises(NotFound):
        Form({"lead_id": "1 OR 1=1"}).uuid("lead_id")


def test_the_problems_of_a_service_land_beside_their_fields() -> None:
    form = Form({}).with_problems(Invalid([Problem("#/sale_details/product", "is required")]))
    assert form.errors == {"product": "This is required"}
