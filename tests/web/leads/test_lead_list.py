"""The list of leads over HTTP: whose it is, what narrows and sorts it, and what leads there and on."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from app.core import clock
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
STAGES = ("lead", "qualified", "proposal_sent", "negotiation", "closed_won", "closed_lost")


def ids(html: str) -> list[str]:
    return re.findall(r'<tr data-lead-id="([\da-f-]{36})"', html)


def link(html: str, words: str) -> str:
    """Return where the link with these words leads to."""
    (found,) = re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>(?:<svg[^>]*>.*?</svg>)?{words}</a>', html)
    return unescape(found)


@pytest.fixture
async def six(owner: asyncpg.Connection, cast: Cast) -> dict[str, UUID]:
    """One lead of rita in each stage, the later stages the older leads, and one of omar."""
    now = clock.now()
    found: dict[str, UUID] = {}
    for n, stage in enumerate(STAGES):
        person = await make.customer(owner, name=f"Grace {stage}", company="Nordlicht")
        found[stage] = await make.lead(
            owner,
            cast.rita,
            stage,
            customer_id=person,
            source="web",
            score=10 * n,
            expected_value=n * 1000 or None,
            created_at=now - timedelta(days=10 * n),
            closed_at=now - timedelta(days=n) if stage.startswith("closed") else None,
        )
    found["omar"] = await make.lead(owner, cast.omar, score=90)
    return found


async def test_a_rep_sees_their_own_leads_and_an_admin_everybodys_or_one_owners(
    signed_in: SignIn, six: dict[str, UUID], cast: Cast
) -> None:
    html = (await (await signed_in("rita")).get("/leads")).text
    assert ids(html) == [str(six[stage]) for stage in STAGES]
    assert "Owner" not in html
    assert ids((await (await signed_in("omar")).get("/leads")).text) == [str(six["omar"])]
    ada = await signed_in("ada")
    assert len(ids((await ada.get("/leads")).text)) == 7
    omars = (await ada.get("/leads", params={"owner": cast.omar.id})).text
    assert ids(omars) == [str(six["omar"])]
    assert f"Owner: </span>{cast.omar.name}</button>" in omars
    nobodys = (await ada.get("/leads", params={"owner": cast.omar.id, "stage": "closed"})).text
    assert f"Owner: </span>{cast.omar.name}</button>" in nobodys  # also where there is nothing to show
    assert "No leads match" in nobodys
    rita = await signed_in("rita")
    assert len(ids((await rita.get("/leads", params={"owner": cast.omar.id})).text)) == 6


@pytest.mark.parametrize(
    ("stage", "shown", "said"),
    [
        ("closed_won", ["closed_won"], "closed_won"),
        ("qualified,lead", ["lead", "qualified"], "lead%2Cqualified"),
        ("open", ["lead", "qualified", "proposal_sent", "negotiation"], "open"),
        ("closed_lost,closed_won", ["closed_won", "closed_lost"], "closed"),
        (",".join(STAGES), list(STAGES), ""),
        ("open,closed", list(STAGES), ""),
    ],
)
async def test_stages_are_narrowed_to_one_several_or_all_of_a_kind(
    signed_in: SignIn, six: dict[str, UUID], stage: str, shown: list[str], said: str
) -> None:
    client = await signed_in("rita")
    html = (await client.get("/leads", params={"stage": stage, "source": "web"})).text
    assert ids(html) == [str(six[name]) for name in shown]
    again = link(html, "CSV")
    assert again == "/leads/export?source=web" + (f"&stage={said}" if said else "")


async def test_stages_ticked_in_a_form_without_script_are_several(
    signed_in: SignIn, six: dict[str, UUID]
) -> None:
    client = await signed_in("rita")
    html = (await client.get("/leads?q=&sort=&stage=lead&stage=closed_won&score=&from=&to=&on=&reason=")).text
    assert ids(html) == [str(six["lead"]), str(six["closed_won"])]
    assert "was ignored" not in html


async def test_it_is_narrowed_as_the_board_is_and_the_way_there_and_back_keeps_that(
    signed_in: SignIn, six: dict[str, UUID]
) -> None:
    client = await signed_in("rita")
    asked = {"q": "grace", "min": "1000", "max": "4000", "source": "web"}
    html = (await client.get("/leads", params=asked | {"sort": "score"})).text
    assert ids(html) == [str(six[stage]) for stage in STAGES[1:5]]
    board = link(html, "On the board")
    assert board == "/board?max=4000&min=1000&q=grace&source=web"
    html = (await client.get(board)).text
    assert set(re.findall(r'class="card" data-lead-id="([\da-f-]{36})"', html)) == {
        str(six[stage]) for stage in STAGES[1:5]
    }
    assert link(html, "As a list") == board.replace("board", "leads")


async def test_the_foot_of_a_closed_column_leads_to_just_those(
    signed_in: SignIn, six: dict[str, UUID], owner: asyncpg.Connection, cast: Cast
) -> None:
    for _ in range(30):
        await make.lead(owner, cast.rita, "closed_won", source="web")
    await make.lead(owner, cast.rita, "closed_won", source="fair")
    client = await signed_in("rita")
    board = (await client.get("/board", params={"source": "web"})).text
    won, lost = [
        unescape(found) for found in re.findall(r'href="(/leads\?[^"]+)" aria-label="See all in', board)
    ]
    assert (won, lost) == ("/leads?source=web&stage=closed_won", "/leads?source=web&stage=closed_lost")
    html = (await client.get(won)).text
    assert len(ids(html)) == 31
    cards = re.findall(
        r'class="card" data-lead-id="([\da-f-]{36})"', board.partition('data-stage="closed_won"')[2]
    )
    assert ids(html)[:25] == cards[:25]  # and in that order
    assert ids((await client.get(lost)).text) == [str(six["closed_lost"])]


async def test_days_and_reasons_narrow_it(signed_in: SignIn, six: dict[str, UUID]) -> None:
    client = await signed_in("rita")
    today = clock.now().date()
    came = {"from": str(today - timedelta(days=20)), "to": str(today - timedelta(days=10))}
    assert ids((await client.get("/leads", params=came)).text) == [
        str(six["qualified"]),
        str(six["proposal_sent"]),
    ]
    closed = {"from": str(today - timedelta(days=4)), "on": "closed"}
    html = (await client.get("/leads", params=closed)).text
    assert ids(html) == [str(six["closed_won"])]
    assert link(html, "CSV") == f"/leads/export?from={closed['from']}&on=closed"
    lost = {"reason": "no_budget", "stage": "closed_lost"}
    html = (await client.get("/leads", params=lost)).text
    assert ids(html) == [str(six["closed_lost"])]
    assert 'data-label="Lost because of">No budget<' in html
    assert ids((await client.get("/leads", params=lost | {"reason": "price"})).text) == []


async def test_heads_sort_it_and_say_how_it_is_sorted(signed_in: SignIn, six: dict[str, UUID]) -> None:
    client = await signed_in("rita")
    html = (await client.get("/leads", params={"stage": "open"})).text
    assert re.findall(r'aria-sort="(\w+)"><a [^>]+>(\w+)', html) == [("descending", "Arrived")]
    best = (await client.get(link(html, "Score"))).text
    assert ids(best) == [str(six[stage]) for stage in reversed(STAGES[:4])]
    assert re.findall(r'aria-sort="(\w+)"><a [^>]+>(\w+)', best) == [("descending", "Score")]
    worst = (await client.get(link(best, 'Score<span aria-hidden="true"> ↓</span>'))).text
    assert ids(worst) == [str(six[stage]) for stage in STAGES[:4]]
    assert ids((await client.get(link(html, "Value"))).text) == ids(best)


async def test_pages_go_on_by_cursor_with_the_whole_state_in_the_address(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    for _ in range(120):
        await make.lead(owner, cast.rita, score=50, source="web")
    client = await signed_in("rita")
    found: list[str] = []
    html, path = "", "/leads?sort=score&source=web"
    for page in range(3):
        html = (await client.get(path)).text
        found += ids(html)
        assert ("First page" in html) is (page > 0)
        assert 'aria-sort="ascending"' in html
        if page < 2:
            path = link(html, "Next page")
            assert path.startswith("/leads?sort=score&source=web&cursor=")
    assert len(set(found)) == len(found) == 120
    assert link(html, "First page") == "/leads?sort=score&source=web"
    assert "Next page" not in html


async def test_what_is_no_filter_is_ignored_and_said_so(signed_in: SignIn, six: dict[str, UUID]) -> None:
    client = await signed_in("rita")
    wrong = {
        "stage": "<b>won</b>", "sort": "-closed_at", "from": "yesterday", "to": "0001-01-01", "on": "paper",
        "reason": "rain", "colour": "red", "score": "hot\0",
    }  # fmt: skip
    html = (await client.get("/leads", params=wrong)).text
    assert html.count("ignored.") == 8
    assert "<b>won" not in html
    assert len(ids(html)) == 6
    backwards = (await client.get("/leads", params={"from": "2026-02-01", "to": "2026-01-01"})).text
    assert "The days end before they begin" in backwards


async def test_the_file_has_what_the_page_shows(
    signed_in: SignIn, six: dict[str, UUID], owner: asyncpg.Connection, cast: Cast
) -> None:
    await owner.execute("UPDATE customer SET name = '=1+1' WHERE name = 'Grace closed_won'")
    client = await signed_in("rita")
    answer = await client.get("/leads/export", params={"stage": "closed"})
    assert answer.headers["content-disposition"] == 'attachment; filename="leads.csv"'
    rows = list(csv.DictReader(answer.text.removeprefix("\ufeff").splitlines()))
    assert [row["id"] for row in rows] == [str(six["closed_won"]), str(six["closed_lost"])]
    assert [row["name"] for row in rows] == ["'=1+1", "Grace closed_lost"]
    assert [(row["owner"], row["expected_value"], row["lost_reason"]) for row in rows] == [
        (cast.rita.name, "4000.00", ""), (cast.rita.name, "5000.00", "no_budget"),
    ]  # fmt: skip
    assert (await (await signed_in("sam")).get("/leads/export")).status_code == 403


async def test_an_admin_chooses_whose_leads_and_keeps_the_rest(signed_in: SignIn, cast: Cast) -> None:
    client = await signed_in("ada")
    asked = {"stage": "closed", "sort": "-score", "reason": "price"}
    html = (await client.get("/leads/owners", params=asked, headers=PARTIAL)).text
    assert f'href="/leads?owner={cast.omar.id}&amp;reason=price&amp;sort=-score&amp;stage=closed"' in html
    assert 'action="/leads/owners"' in html


async def test_it_stands_in_the_navigation_of_who_has_a_board(
    signed_in: SignIn, six: dict[str, UUID]
) -> None:
    rita = await signed_in("rita")
    for path in ("/leads", f"/leads/{six['lead']}"):
        html = (await rita.get(path)).text
        assert '<a href="/leads" aria-current="page">' in html
        assert "<kbd>G</kbd> <kbd>L</kbd></dt><dd>Go to leads" in html
        assert 'data-go="/leads"' in html
    assert 'href="/leads"' not in (await (await signed_in("sam")).get("/customers")).text
