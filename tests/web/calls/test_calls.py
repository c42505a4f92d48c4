"""Going through who is due, one call after another."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.core.clock import now
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


def composer(html: str) -> tuple[str, dict[str, str]]:
    """Return where the form for what happened goes, and what it sends."""
    form = re.search(r'<form class="panel composer".*?</form>', html, re.DOTALL)
    assert form is not None
    return form[0].split('action="', 1)[1].split('"', 1)[0], fields(form[0]) | CHOSEN


def title(html: str) -> str:
    """Return what the page is called: whose turn it is, the how manieth of how many."""
    found = re.search(r"<title>(.*?) · ", html)
    assert found is not None
    return unescape(found[1])


def way(html: str, words: str) -> str:
    """Return where a link leads."""
    found = re.search(rf'href="([^"]+)">{words}', html)
    assert found is not None
    return unescape(found[1])


async def due(owner: asyncpg.Connection, cast: Cast, name: str, *, hours: float = -24, **given: Any) -> UUID:
    """Put a lead of rita's that is planned for then."""
    person, stage = await make.customer(owner, name=name), given.pop("stage", "lead")
    planned = {"follow_up_at": now() + timedelta(hours=hours), **given}
    return await make.lead(owner, cast.rita, stage, customer_id=person, **planned)


async def test_all_who_are_due_come_in_the_order_of_the_day_and_nobody_else(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await due(owner, cast, "Later overdue", hours=-2)
    await due(owner, cast, "Long overdue", hours=-30)
    await due(owner, cast, "Lost, to try again", stage="closed_lost", hours=-10)
    last = now().replace(hour=23, minute=59, second=59, microsecond=999_999)
    await due(owner, cast, "This evening", follow_up_at=last)
    for name, ago in (("Hot before", 3), ("Hot just now", 1)):
        new = {"score": 90, "follow_up_at": None, "created_at": now() - timedelta(hours=ago)}
        await due(owner, cast, name, **new)
    await due(owner, cast, "Planned for later", hours=24 * 3)
    await due(owner, cast, "Cold and idle", follow_up_at=None, score=10)
    await due(owner, cast, "Won", stage="closed_won")
    await make.lead(owner, cast.omar, follow_up_at=now() - timedelta(days=1))
    rita = await signed_in("rita")
    assert re.search(r'href="/calls">.*, 6 leads</span>', (await rita.get("/")).text)
    html = (await rita.get("/calls")).text
    titles = []
    for _ in range(6):
        titles.append(title(html))
        html = (await rita.get(way(html, "Skip<"))).text
    assert titles == [
        "1 of 6: Long overdue",
        "2 of 6: Lost, to try again",
        "3 of 6: Later overdue",
        "4 of 6: This evening",
        "5 of 6: Hot just now",
        "6 of 6: Hot before",
    ]
    assert title(html) == "That was everybody"
    assert "You logged 0 activities and skipped 6 leads." in html
    again = (await rita.get(way(html, "Once more"))).text
    assert title(again) == "1 of 6: Long overdue"


async def test_who_was_logged_drops_out_even_when_planned_for_today_again(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    leads = [await due(owner, cast, f"Person {n}", hours=n - 9) for n in range(3)]
    rita = await signed_in("rita")
    html = (await rita.get("/calls")).text
    url, form = composer(html)
    later = {"plans": "1", "next": "pick", "follow_up_at": (now() + timedelta(hours=1)).isoformat()}
    answers = [await rita.post(url, data=form | later) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {303}
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1
    then = answers[0].headers["location"]
    assert answers[1].headers["location"] == then
    html = (await rita.get(then)).text
    assert title(html) == "2 of 3: Person 1"
    assert await owner.fetchval("SELECT follow_up_at > now() FROM lead WHERE id = $1", leads[0])


async def test_a_run_is_paused_and_whom_one_skipped_comes_once_more(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    for n in range(2):
        await due(owner, cast, f"Person {n}", hours=n - 9)
    rita = await signed_in("rita")
    url, form = composer((await rita.get("/calls")).text)
    logged = await rita.post(url, data=form, headers=PARTIAL)
    assert logged.status_code == 200
    html = (await rita.get(logged.headers["hx-redirect"])).text
    assert title(html) == "2 of 2: Person 1"
    paused = (await rita.get(way(html, "Done for now"))).text
    assert title(paused) == "Done for now"
    assert "You logged 1 activity and skipped 0 leads." in paused
    html = (await rita.get(way(paused, "Go on"))).text
    done = (await rita.get(way(html, "Skip<"))).text
    assert "You logged 1 activity and skipped 1 lead." in done
    html = (await rita.get(way(done, "Once more"))).text
    assert title(html) == "2 of 2: Person 1"  # who was spoken with is not due once more


async def test_what_is_wrong_keeps_the_text_and_the_turn(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await due(owner, cast, "Grace")
    rita = await signed_in("rita")
    url, form = composer((await rita.get("/calls")).text)
    wrong = form | {"notes": "She will ring back", "duration_minutes": "long"}
    for headers in (PARTIAL, {}):
        refused = await rita.post(url, data=wrong, headers=headers)
        assert refused.status_code == 422
        assert ">She will ring back</textarea>" in refused.text
        assert "Log and next</button>" in refused.text
        url, again = composer(refused.text)
        assert again["view"] == form["view"]
    mended = await rita.post(url, data=again | {"duration_minutes": "5"})
    assert title((await rita.get(mended.headers["location"])).text) == "That was everybody"


async def test_what_one_must_know_stands_there_and_its_forms_lead_back(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    reasons = '[{"label": "Asked for a demo", "points": 25}]'
    lead = await due(owner, cast, "Grace", score=72, score_reasons=reasons, follow_up_note="Ring her")
    person = await owner.fetchval("SELECT customer_id FROM lead")
    await owner.execute(
        "UPDATE customer SET phone = '+49 30 1', last_consent = '{\"marketing\": false}' WHERE id = $1",
        person,
    )
    await make.ticket(owner, person, subject="It does not start")
    for _ in range(7):
        await make.activity(owner, person, cast.rita, occurred_at=now() - timedelta(days=3))
    rita = await signed_in("rita")
    html = (await rita.get("/calls")).text
    for known in (
        'href="tel:+49301"', "Ring her", "Asked for a demo +25", "1 open ticket", "It does not start",
        "Marketing not agreed", f'href="/leads/{lead}"',
    ):  # fmt: skip
        assert known in html, known
    assert html.count('class="entry"') == 5
    for path in (f"/leads/{lead}/follow-up", f"/leads/{lead}/deal", f"/customers/{person}/contact"):
        asked = re.search(rf'<form[^>]* action="{path}" data-dialog>.*?name="view" value="([^"]+)"', html)
        assert asked is not None, path
        here = unescape(asked[1])
        form = fields((await rita.get(path, params={"view": here}, headers=PARTIAL)).text)
        form |= {"next": "day", "day": "2001-01-01"} if path.endswith("up") else {}
        saved = await rita.post(path, data=form)
        assert saved.status_code == (422 if path.endswith("up") else 303), saved.text
        if saved.is_redirect:
            assert saved.headers["location"] == f"/calls?{here.removeprefix('calls-')}"


@pytest.mark.parametrize("who", ["sam", "ada"])
async def test_others_get_what_my_day_gives_them(signed_in: SignIn, who: str) -> None:
    client = await signed_in(who)
    answer = await client.get("/calls")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


async def test_where_nobody_is_due_there_is_no_way_to_begin(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    await due(owner, cast, "Grace")
    await make.lead(owner, cast.omar, score=10)
    omar = await signed_in("omar")
    assert "Rotting or without a next step" in (await omar.get("/")).text
    assert 'href="/calls"' not in (await omar.get("/")).text
    html = (await omar.get("/calls")).text
    assert title(html) == "Nobody is due"
    assert "Grace" not in html


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("after=x", 422),
        ("after=WzIsMCwiMDFhMjFiYzctYmFhMC03ZThmLWFmMWYtZDdlNDgwN2JiMzQwIl0", 422),  # of no part of the list
        ("after=%C3%A9", 422),
        ("after=&since=&logged=&skipped=", 200),
        ("since=99999999999999999999&logged=-1&skipped=1e9", 200),
        ("since=9999999999999", 200),
    ],
)
async def test_an_address_that_was_mistyped_is_refused_or_begins_anew(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, query: str, status: int
) -> None:
    await due(owner, cast, "Grace")
    answer = await (await signed_in("rita")).get(f"/calls?{query}")
    assert answer.status_code == status
    assert (title(answer.text) == "1 of 1: Grace") is (status == 200)


@pytest.mark.parametrize(
    ("view", "kept"),
    [
        ("calls-//evil.example/?logged=1", {}),
        ("calls-logged=1&after=a%0d%0ab&next=//evil.example", {"logged": ["1"], "after": ["a\r\nb"]}),
        ("calls-" + "&" * 400, {}),
        ("calls-", {}),
    ],
)
async def test_a_form_leads_back_to_the_calls_and_nowhere_else(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast, view: str, kept: dict[str, list[str]]
) -> None:
    await due(owner, cast, "Grace")
    rita = await signed_in("rita")
    url, form = composer((await rita.get("/calls")).text)
    answer = await rita.post(url, data=form | {"view": view})
    back = urlsplit(answer.headers["location"])
    assert (back.netloc, back.path, parse_qs(back.query)) == ("", "/calls", kept)
