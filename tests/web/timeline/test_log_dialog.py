"""Logging from the board and from My day: the same form and entry as on the customer's page, and one stays there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from tests import make
from tests.web.customers.test_contacts import fields

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
CHOSEN = {"activity_type": "Call", "outcome": "reached", "direction": "outbound", "next": "", "move_to": ""}


@pytest.fixture
async def lead(owner: asyncpg.Connection, cast: Cast) -> UUID:
    return await make.lead(owner, cast.rita)


async def asked(client: AsyncClient, lead: UUID, view: str) -> tuple[str, dict[str, str]]:
    """Return where the dialog's form goes, and what it sends."""
    html = (await client.get(f"/leads/{lead}/activity?view={view}", headers=PARTIAL)).text
    way = re.search(r'hx-post="([^"]+)" hx-target="#dialog"', html)
    assert way is not None
    return way[1], fields(html) | CHOSEN


async def kinds(owner: asyncpg.Connection) -> list[str]:
    return [row["kind"] for row in await owner.fetch("SELECT kind FROM activity ORDER BY seq")]


async def test_logged_on_the_board_is_answered_with_the_card_and_both_heads(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID
) -> None:
    rita = await signed_in("rita")
    url, form = await asked(rita, lead, "board")
    sent = form | {"notes": "They will decide", "next": "1", "move_to": "qualified"}
    answers = [(await rita.post(url, data=sent, headers=PARTIAL)).text for _ in range(2)]
    assert await kinds(owner) == ["call_logged", "stage_changed"]
    version = await owner.fetchval("SELECT version FROM lead")
    for html in answers:  # the key is the same: what was logged already is shown
        assert f'data-lead-id="{lead}" data-version="{version}" data-stage-now="qualified"' in html
        assert "tomorrow 09:00" in html.casefold()
        assert re.findall(r'class="column-head" id="head-(\w+)"', html) == ["lead", "qualified"]


@pytest.mark.parametrize(
    ("view", "back"), [("home", "/"), ("home-overdue", "/?section=overdue"), ("board", "/leads/{}")]
)
async def test_who_logs_on_my_day_comes_back_there(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID, view: str, back: str
) -> None:
    rita = await signed_in("rita")
    url, form = await asked(rita, lead, view)
    assert f'action="{url}" method="post"' in (await rita.get(f"/leads/{lead}/activity?view={view}")).text
    without_script = await rita.post(url, data=form)
    assert (without_script.status_code, without_script.headers["location"]) == (303, back.format(lead))
    assert unquote(without_script.cookies["said"]) == "Logged. It is on the timeline for good."
    if view != "board":
        again = await rita.post(url, data=form, headers=PARTIAL)
        assert (again.status_code, again.headers["hx-redirect"]) == (200, back)
    assert await kinds(owner) == ["call_logged"]


@pytest.mark.parametrize("headers", [PARTIAL, {}])
async def test_what_is_wrong_is_said_in_the_dialog_and_the_text_kept(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID, headers: dict[str, str]
) -> None:
    rita = await signed_in("rita")
    url, form = await asked(rita, lead, "home")
    typed = {"notes": "They will decide", "duration_minutes": "long", "outcome": "left_message"}
    refused = await rita.post(url, data=form | typed, headers=headers)
    assert refused.status_code == 422
    assert ("<html" in refused.text, 'hx-target="#dialog"' in refused.text) == (not headers, bool(headers))
    assert 'aria-describedby="duration_minutes-error"' in refused.text
    assert 'value="left_message" checked' in refused.text
    again = fields(refused.text)
    assert (again["view"], again["lead_id"]) == ("home", str(lead))
    assert ">They will decide</textarea>" in refused.text
    assert await kinds(owner) == []


async def test_a_lead_moved_meanwhile_is_moved_from_where_it_is_by_now(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID
) -> None:
    rita = await signed_in("rita")
    url, form = await asked(rita, lead, "board")
    assert (await rita.post(f"/leads/{lead}/stage", data={"to": "qualified", "version": "1"})).is_redirect
    sent = form | {"move_to": "negotiation"}
    refused = await rita.post(url, data=sent, headers=PARTIAL)
    assert refused.status_code == 409
    assert 'value="negotiation" selected' in refused.text
    again = fields(refused.text)
    assert again["version"] == "2"
    assert again["key"] != form["key"]
    logged = await rita.post(url, data=again | CHOSEN | {"move_to": "negotiation"}, headers=PARTIAL)
    assert 'data-stage-now="negotiation"' in logged.text


async def test_who_has_no_board_gets_the_usual_answer_whatever_the_form_says(
    signed_in: SignIn, owner: asyncpg.Connection, lead: UUID
) -> None:
    sam, person = await signed_in("sam"), await owner.fetchval("SELECT customer_id FROM lead")
    form = {"activity_type": "Call", "notes": "Rang", "view": "board", "lead_id": str(lead)}
    answer = await sam.post(f"/customers/{person}/activities", data=form, headers=PARTIAL)
    assert answer.status_code == 200
    assert "data-stage-now" not in answer.text
    assert 'id="composer"' in answer.text
    refused = await sam.post(f"/customers/{person}/activities", data=form | {"notes": ""}, headers=PARTIAL)
    assert (refused.status_code, 'id="composer"' in refused.text) == (422, True)
