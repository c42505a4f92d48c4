"""The form that logs an activity offers what can be done, and says what a new step would replace."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[Client]]

CALL = {"activity_type": "Call", "notes": "They will decide"}


def wrong(html: str) -> set[str]:
    """Return the fields that the form says something is wrong with."""
    return set(re.findall(r'class="error" id="([a-z_]+)-error"', html))


async def log(browser: Client, customer_id: UUID, **more: str) -> str:
    url, page = f"/customers/{customer_id}/activities", f"http://crm.example/customers/{customer_id}"
    asking = {"HX-Request": "true", "HX-Current-URL": page}
    return (await browser.post(url, data=CALL | more, headers=asking)).text


@pytest.mark.parametrize(
    ("stages", "offered"),
    [((), False), (("closed_won",), False), (("closed_won", "closed_lost"), True), (("lead",), True)],
)
async def test_a_next_step_is_offered_where_a_lead_could_take_it(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn, stages: tuple[str, ...], *, offered: bool
) -> None:
    customer = await make.customer(owner)
    for stage in stages:
        await make.lead(owner, cast.rita, stage, customer_id=customer)
    sam = await signed_in("sam")
    assert ("Next follow-up" in (await sam.get(f"/customers/{customer}")).text) is offered
    more = {"plans": "1"} if offered else {}
    assert ("Next follow-up" in await log(sam, customer, **more)) is offered


@pytest.mark.parametrize(("stage", "offered"), [("closed_won", False), ("closed_lost", True), ("lead", True)])
async def test_a_leads_page_offers_a_next_step_unless_it_is_won(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn, stage: str, *, offered: bool
) -> None:
    lead = await make.lead(owner, cast.rita, stage)
    page = (await (await signed_in("rita")).get(f"/leads/{lead}")).text
    assert ("Next follow-up" in page) is offered


async def test_a_refused_step_is_shown_again_with_what_is_wrong_beside_it(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    customer, sam = await make.customer(owner), await signed_in("sam")
    typed = {"next": "1", "follow_up_note": "Ring them"}
    html = await log(sam, customer, **typed)
    assert "no lead is open here" in html
    assert wrong(html) == {"next"}
    assert 'value="Ring them"' in html
    html = await log(sam, customer, **typed | {"next": ""})
    assert wrong(html) == {"follow_up_note"}
    assert 'value="Ring them"' in html


async def test_what_is_planned_stands_beside_the_choices(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    lead = await make.lead(owner, cast.rita)
    customer = await owner.fetchval("SELECT customer_id FROM lead")
    rita, sam = await signed_in("rita"), await signed_in("sam")
    pages = [(rita, f"/leads/{lead}"), (sam, f"/customers/{customer}")]
    for browser, page in pages:
        assert "Planned:" not in (await browser.get(page)).text
    soon = clock.now() + timedelta(days=40)
    await owner.execute("UPDATE lead SET follow_up_at = $1, follow_up_note = 'Call about the proposal'", soon)
    for browser, page in pages:
        assert "Planned: Call about the proposal, " in (await browser.get(page)).text
    html = await log(sam, customer, lead_id=str(lead), plans="1", next="7", follow_up_note="Check it")
    assert "Planned: Check it, " in html
    assert "Instead of: Call about the proposal, " in html


async def test_a_text_that_is_too_long_comes_back_whole_with_what_is_wrong(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    customer, sam = await make.customer(owner), await signed_in("sam")
    page = (await sam.get(f"/customers/{customer}")).text
    assert not re.findall(r"<textarea[^>]* maxlength=", page)
    typed = "word " * 2_001 + "end"
    html = await log(sam, customer, notes=typed)
    assert "This must have at most 10,000 characters" in html
    assert wrong(html) == {"notes"}
    assert f">{typed}</textarea>" in html
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ({"activity_type": "Call", "direction": "inbound", "outcome": "reached"}, ("inbound", "They called")),
        ({"activity_type": "Call", "direction": "outbound"}, ("outbound", "We called")),
        ({"activity_type": "Call"}, (None, None)),
        ({"activity_type": "Email", "direction": "outbound", "outcome": "received"}, ("inbound", "Received")),
        ({"activity_type": "Email", "direction": "inbound", "outcome": "sent"}, ("outbound", "Sent")),
        ({"activity_type": "Email", "direction": "inbound", "outcome": "reached"}, (None, None)),
        ({"activity_type": "Meeting", "direction": "outbound", "outcome": "held"}, (None, "Held")),
        ({"activity_type": "Note", "direction": "inbound", "outcome": "held"}, (None, None)),
    ],
)
async def test_what_came_from_the_customer_is_logged_so_and_counts_for_the_score(
    owner: asyncpg.Connection,
    cast: Cast,
    signed_in: SignIn,
    typed: dict[str, str],
    expected: tuple[str | None, str | None],
) -> None:
    (direction, said), due = expected, clock.now() + timedelta(days=1)
    lead = await make.lead(owner, cast.rita, score=40, score_due_at=due)
    customer = await owner.fetchval("SELECT customer_id FROM lead")
    html = await log(await signed_in("rita"), customer, **typed, lead_id=str(lead))
    facts = re.findall(r'<span dir="auto">([^<]*)</span>', html)
    assert facts[: bool(said)] == ([said] if said else [])
    assert await owner.fetchval("SELECT data->>'direction' FROM activity") == direction
    counts = direction == "inbound" or typed["activity_type"] == "Meeting"
    assert await owner.fetchval("SELECT score_due_at < $1 FROM lead", due) is counts


async def test_the_form_asks_who_called_and_knows_the_answer_when_it_comes_back(
    owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    customer, sam = await make.customer(owner), await signed_in("sam")
    page = (await sam.get(f"/customers/{customer}")).text
    assert '<input type="radio" name="direction" value="outbound" checked>We called' in page
    html = await log(sam, customer, direction="inbound", duration_minutes="long")
    assert '<input type="radio" name="direction" value="inbound" checked>They called' in html
    assert wrong(await log(sam, customer, direction="sideways")) == {"direction"}


@pytest.mark.parametrize("partial", [True, False])
async def test_an_outcome_is_enough_where_nothing_was_said(
    owner: asyncpg.Connection, signed_in: SignIn, *, partial: bool
) -> None:
    customer, sam = await make.customer(owner), await signed_in("sam")
    page = (await sam.get(f"/customers/{customer}")).text
    assert not re.findall(r"<textarea[^>]* required", page)
    typed = {"activity_type": "Call", "direction": "outbound", "outcome": "no_answer", "notes": " "}
    headers = {"HX-Request": "true"} if partial else {}
    answer = await sam.post(f"/customers/{customer}/activities", data=typed, headers=headers)
    assert answer.status_code == (200 if partial else 303)
    html = answer.text if partial else (await sam.get(f"/customers/{customer}")).text
    assert '<span dir="auto">We called</span><span dir="auto">No answer</span>' in html
    assert "entry-body" not in html
    assert "erased" not in html
    assert await owner.fetchval("SELECT count(*) FROM activity_text") == 0


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"activity_type": "Note"}, "This is required"),
        ({"activity_type": "Note", "outcome": "no_answer"}, "This is required"),
        ({"activity_type": "Call"}, "Please choose an outcome, or write what was said"),
        ({"activity_type": "Email", "outcome": "no_answer"}, "Please choose an outcome, or write what"),
    ],
)
async def test_nothing_at_all_is_asked_about_and_not_logged_for_good(
    owner: asyncpg.Connection, signed_in: SignIn, typed: dict[str, str], asked: str, *, partial: bool
) -> None:
    customer, sam = await make.customer(owner), await signed_in("sam")
    headers = {"HX-Request": "true"} if partial else {}
    answer = await sam.post(f"/customers/{customer}/activities", data=typed | {"notes": ""}, headers=headers)
    assert (answer.status_code, wrong(answer.text)) == (422, {"notes"})
    assert asked in answer.text
    assert await owner.fetchval("SELECT count(*) FROM activity") == 0
