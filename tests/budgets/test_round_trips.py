"""What a request costs is counted, never timed: statements and bytes, whatever the number of cards or entries."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core import clock
from app.core.ids import uuid7
from app.domain.report import REPORTS
from tests import make
from tests.budgets.counting import trips

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient, Response

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
STAGES = ("lead", "qualified", "proposal_sent", "negotiation", "closed_won", "closed_lost")
KB = 1024
ENTRIES = """
    INSERT INTO activity (id, customer_id, lead_id, kind, actor_id, occurred_at, data)
    SELECT gen_random_uuid(), $1, $2, 'call_logged', $3, now() - interval '1 hour' * (100 - n), '{"outcome": "reached"}'
    FROM generate_series(1, 100) AS n"""
SHARE = """
    UPDATE lead SET assigned_to_id = rep.id
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM staff WHERE rep_id LIKE 'R-2%') AS rep,
        (SELECT id, row_number() OVER (ORDER BY id) AS place FROM lead) AS given
    WHERE given.id = lead.id AND rep.place = given.place"""


@pytest.fixture
async def leads(owner: asyncpg.Connection, cast: Cast) -> list[UUID]:
    """Thirty leads of rita in each stage, more than a column shows; the first has a hundred entries."""
    card = {
        "expected_value": 48000,
        "score": 64,
        "score_reasons": '[{"label": "Asked for a demo", "points": 25}]',
        "follow_up_at": clock.now() - timedelta(days=2),
        "follow_up_note": "Ring about the offer",
        "stage_entered_at": clock.now() - timedelta(days=40),
    }
    found: list[UUID] = []
    for stage in STAGES:
        for _ in range(30):
            person = await make.customer(owner, name="Margaret Hamilton", company="Nordlicht Maschinen")
            found.append(await make.lead(owner, cast.rita, stage, customer_id=person, **card))
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", found[0])
    await owner.execute(ENTRIES, customer, found[0], cast.rita.id)
    return found


@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_a_board_of_150_cards(leads: list[UUID], signed_in: SignIn, who: str) -> None:
    client = await signed_in(who)
    answer, sent = await _count(client, "GET", "/board")
    assert answer.text.count("data-lead-id=") == 150
    assert len(sent) <= 4, sent
    assert len(answer.content) <= 100 * KB


async def test_a_board_of_everybody_does_not_grow_with_its_reps(
    leads: list[UUID], owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    client = await signed_in("ada")
    of_two, _ = await _count(client, "GET", "/board")
    await make.reps(owner, 198)
    of_many, sent = await _count(client, "GET", "/board")
    assert of_many.text.count("data-lead-id=") == 150
    assert len(of_many.content) == len(of_two.content)
    await owner.execute(SHARE)
    everybodys, _ = await _count(client, "GET", "/board")
    assert everybodys.text.count("data-lead-id=") == 150
    assert len(set(re.findall(r'<abbr title="([^"]+)"', everybodys.text))) == 150
    assert len(sent) <= 4, sent
    assert len(everybodys.content) <= 100 * KB


async def test_a_move_on_the_board(leads: list[UUID], signed_in: SignIn) -> None:
    client = await signed_in("rita")
    form = {"to": "qualified", "from": "lead", "version": "1", "key": str(uuid7())}
    answer, sent = await _count(client, "POST", f"/leads/{leads[0]}/stage", data=form)
    assert answer.text.count('id="head-') == 2
    assert len(sent) <= 5, sent
    assert len(answer.content) <= 6 * KB


async def test_a_customers_page_and_its_older_entries(
    leads: list[UUID], owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    client = await signed_in("rita")
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", leads[0])
    await client.get(f"/customers/{customer}")  # the first one learns names and types
    answer, sent = await _count(client, "GET", f"/customers/{customer}")
    assert answer.text.count("data-activity-id=") == 30
    assert len(sent) <= 4, sent
    older = re.search(r'hx-get="([^"]+/timeline\?[^"]+)"', answer.text)
    assert older is not None
    more, sent = await _count(client, "GET", older[1].replace("&amp;", "&"))
    assert more.text.count("data-activity-id=") == 30
    assert len(sent) <= 4, sent


async def test_a_leads_page(leads: list[UUID], signed_in: SignIn) -> None:
    client = await signed_in("rita")
    await client.get(f"/leads/{leads[0]}")  # the first one learns names and types
    answer, sent = await _count(client, "GET", f"/leads/{leads[0]}")
    assert answer.text.count("data-activity-id=") == 30
    assert len(sent) <= 5, sent


@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_what_the_drawer_shows(leads: list[UUID], signed_in: SignIn, who: str) -> None:
    client = await signed_in(who)
    path = f"/board/leads/{leads[0]}"
    await client.get(path, headers=PARTIAL)  # the first one learns names and types
    answer, sent = await _count(client, "GET", path, headers=PARTIAL)
    assert answer.text.count("data-activity-id=") == 5
    assert len(sent) <= 5, sent  # as its page
    assert len(answer.content) <= 20 * KB


@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_a_lead_beside_the_board(leads: list[UUID], signed_in: SignIn, who: str) -> None:
    client = await signed_in(who)
    path = f"/board/leads/{leads[0]}"
    await client.get(path)  # the first one learns names and types
    answer, sent = await _count(client, "GET", path)
    assert answer.text.count("data-lead-id=") == 150
    assert len(sent) <= 6, sent  # the board's statement more
    assert len(answer.content) <= 120 * KB


async def test_my_day(leads: list[UUID], signed_in: SignIn) -> None:
    client = await signed_in("rita")
    await client.get("/")  # the first one learns names and types
    answer, sent = await _count(client, "GET", "/")
    assert "30 sales" in answer.text
    assert len(sent) <= 6, sent  # session, begin, what wants doing, the columns, what was won, end
    assert len(answer.content) <= 80 * KB


async def test_a_page_of_calls(leads: list[UUID], signed_in: SignIn) -> None:
    client = await signed_in("rita")
    await client.get("/calls")  # the first one learns names and types
    answer, sent = await _count(client, "GET", "/calls")
    assert "1 of 150" in answer.text
    assert len(sent) <= 6, sent


@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_a_page_of_the_list_of_leads(
    leads: list[UUID], cast: Cast, signed_in: SignIn, who: str
) -> None:
    client = await signed_in(who)
    path = f"/leads?owner={cast.rita.id}&sort=-score"
    await client.get(path)  # the first one learns names and types
    answer, sent = await _count(client, "GET", path)
    assert answer.text.count("data-lead-id=") == 50
    assert len(sent) <= 4, sent  # of them one for the session
    assert len(answer.content) <= 80 * KB


@pytest.mark.parametrize("name", REPORTS)
async def test_a_report(leads: list[UUID], cast: Cast, signed_in: SignIn, name: str) -> None:
    client = await signed_in("ada")
    path = f"/reports/{name}?owner={cast.rita.id}"
    await client.get(path)  # the first one learns names and types
    answer, sent = await _count(client, "GET", path)
    assert "Rita Reyes</button>" in answer.text
    assert len(sent) <= 4, sent  # of them one for the session
    assert len(answer.content) <= 40 * KB


async def test_a_call_logged_on_a_page(
    leads: list[UUID], owner: asyncpg.Connection, signed_in: SignIn
) -> None:
    client = await signed_in("rita")
    customer = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", leads[0])
    form = {
        "activity_type": "Call",
        "notes": "They will decide",
        "lead_id": str(leads[0]),
        "key": str(uuid7()),
    }
    answer, sent = await _count(client, "POST", f"/customers/{customer}/activities", data=form)
    assert "They will decide" in answer.text
    assert len(sent) <= 4, sent


async def test_a_capture(client: AsyncClient, as_user: Callable[..., dict[str, str]]) -> None:
    headers = as_user("cms") | {"Idempotency-Key": "once"}
    body = {"name": "Grace Hopper", "email": "grace@navy.example", "message": "We need a demo"}
    answer, sent = await _count(client, "POST", "/v1/leads/capture", json=body, headers=headers)
    assert answer.json()["outcome"] == "created"
    assert len(sent) <= 3, sent


async def _count(client: AsyncClient, method: str, path: str, **sent: Any) -> tuple[Response, list[str]]:
    headers = {**(PARTIAL if "data" in sent or "cursor=" in path else {}), **sent.pop("headers", {})}
    async with trips() as counted:
        answer = await client.request(method, path, headers=headers, **sent)
    assert answer.is_success, answer.text
    return answer, counted.sent
