"""Reassigning leads over HTTP: from the list to the preview, begun, watched, and taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.core import clock
from app.core.ids import uuid7
from app.services import reassign
from app.web.admin.seen_leads import pack
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PAGE = "/admin/reassign"
PARTIAL = {"HX-Request": "true"}


def words(html: str) -> str:
    """Return what a reader reads."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def preview(html: str) -> str:
    """Return the part of the page that says what would move."""
    return html.partition('id="preview"')[2].partition("</section>")[0]


def confirmation(html: str) -> tuple[str, dict[str, list[str]]]:
    """Return where the form that moves leads is sent to, and with what, but for the guard's token."""
    action, body = re.findall(
        r'<form class="row" action="([^"]+)" method="post"[^>]*>(.*?)</form>', html, re.DOTALL
    )[0]
    sent: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="([a-z]+)" value="([^"]*)"', body):
        sent.setdefault(name, []).append(unescape(value))
    return unescape(action), sent


async def test_a_share_is_chosen_shown_and_carried_on(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    await owner.execute("UPDATE staff SET rep_id = 'R-9' WHERE id = $1", cast.ada.id)
    for _ in range(4):
        await make.lead(owner, None)
    ada, both = await signed_in("ada"), [cast.rita.id, cast.omar.id]
    asked = {
        "owner": "none",
        "receiver": both,
        "why": "New",
        "share": ["", f"3:{cast.omar.id}", f"x:{cast.rita.id}"],
    }
    html = (await ada.get(PAGE, params=asked)).text
    assert "gets 1 lead, €0" in words(preview(html))
    assert "Omar Okafor 3 × gets 3 leads, €0" in words(preview(html))
    assert f'<option value="3:{cast.omar.id}" selected>' in html
    action, form = confirmation(html)
    assert form["share"] == [f"3:{cast.omar.id}"]
    assert (await ada.post(action, data=form)).status_code == 303
    await reassign.move_due()
    got = await owner.fetch("SELECT assigned_to_id, count(*) FROM lead GROUP BY 1")
    assert {tuple(row) for row in got} == {(cast.rita.id, 1), (cast.omar.id, 3)}
    for share in ("9", "0", "77777"):
        wrong = await ada.get(PAGE, params=asked | {"share": f"{share}:{cast.omar.id}"})
        assert (wrong.status_code, "can have a share from 1 to 5" in wrong.text) == (200, True)


async def begin(ada: AsyncClient, giver: str, receiver: str) -> str:
    """Look at leads, confirm it twice, and return where the one reassignment is watched."""
    chosen = {"owner": giver, "receiver": receiver, "why": "On leave"}
    action, form = confirmation((await ada.get(PAGE, params=chosen)).text)
    first, second = [(await ada.post(action, data=form)).headers["location"] for _ in range(2)]
    assert first == second == f"{PAGE}/{form['id'][0]}"
    return first


async def test_the_leads_of_who_has_left_are_chosen_and_looked_at(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for _ in range(3):
        await make.lead(owner, cast.rita)
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.rita.id)
    ada = await signed_in("ada")
    staff = (await ada.get("/admin/staff")).text
    assert "still has 3 open leads" in staff
    (link,) = re.findall(rf'href="({PAGE}[^"]+)">Give them to others', staff)
    shown = (await ada.get(unescape(link))).text
    assert f'value="{cast.rita.name} has left"' in shown
    assert "3 leads, €0 See them" in words(preview(shown))
    assert "Choose above who gets them" in preview(shown)
    seen = preview((await ada.get(f"{unescape(link)}&receiver={cast.omar.id}")).text)
    assert "3 leads, €0 would move" in words(seen)
    assert "gets 3 leads, €0; has 0 open leads now" in words(seen)


async def test_leads_are_reassigned_watched_and_taken_back(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    for _ in range(3):
        await make.lead(owner, cast.rita)
    ada = await signed_in("ada")
    watched = await begin(ada, cast.rita.id, cast.omar.id)
    assert 'hx-trigger="every 1s"' in (await ada.get(watched)).text
    await reassign.move_due()
    moved = await owner.fetchval("SELECT id FROM lead WHERE assigned_to_id = $1 LIMIT 1", cast.omar.id)
    assert f"From {cast.rita.name} to {cast.omar.name}" in (await ada.get(f"/leads/{moved}")).text
    part = (await ada.get(watched, headers=PARTIAL)).text
    assert ("3 of 3" in part, "every 1s" in part, "<html" in part) == (True, False, False)
    await owner.execute("UPDATE lead SET assigned_to_id = $2 WHERE id = $1", moved, cast.ada.id)
    assert (await ada.post(f"{watched}/undo")).status_code == 303
    refused = await ada.post(f"{watched}/undo")
    assert (refused.status_code, "taken back already" in refused.text) == (409, True)
    await reassign.move_due()
    assert "Undone" in (await ada.get(PAGE)).text
    told = words((await ada.get(watched)).text)
    assert "2 leads given back" in told
    assert "1 lead stayed with who has it now: 1 given to somebody else meanwhile" in told


async def test_what_the_list_shows_is_what_would_move(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    names = ("Grace Hopper", "Grace Kelly", "Ada Lovelace")
    leads = [
        await make.lead(
            owner,
            cast.rita,
            "qualified",
            customer_id=await make.customer(owner, name=name),
            score=90,
            expected_value=1500,
        )
        for name in names
    ]
    again = await make.customer(owner, name="Grace Slick")
    await make.lead(owner, cast.rita, "closed_lost", customer_id=again, expected_value=1500)
    await make.lead(owner, cast.ada)
    ada = await signed_in("ada")
    await owner.execute("UPDATE staff SET rep_id = 'R-1004' WHERE id = $1", cast.ada.id)
    listed = (await ada.get("/leads?q=grace&min=1000&sort=score")).text
    (link,) = re.findall(rf'href="({PAGE}\?[^"]*)"[^>]*>(?:<svg.*?</svg>)?Reassign these…', listed)
    shown = (await ada.get(unescape(link))).text
    assert 'name="q" value="grace"' in shown
    assert "ignored" not in shown
    assert "2 leads, €3,000" in words(preview(shown))
    to = f"&receiver={cast.omar.id}&receiver={cast.ada.id}&why=Fair"
    seen = (await ada.get(unescape(link) + to)).text
    told = words(preview(seen))
    assert "Qualified 2 leads, €3,000" in told
    assert f"{cast.omar.name} gets 1 lead, €1,500; has 0 open leads now" in told
    assert f"{cast.ada.name} gets 1 lead, €1,500; has 1 open lead now" in told
    assert ("Grace Hopper" in told, "Grace Kelly" in told, "Ada Lovelace" in told) == (True, True, False)
    (back,) = re.findall(r'href="(/leads\?[^"]+)"', preview(seen))
    same = (await ada.get(unescape(back))).text
    assert set(re.findall(r'<tr data-lead-id="([^"]+)"', same)) == {str(lead) for lead in leads[:2]}


async def test_my_own_leads_are_chosen_by_my_name(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    await make.lead(owner, cast.ada)
    shown = (await (await signed_in("ada")).get(PAGE, params={"owner": "me"})).text
    assert f'value="{cast.ada.id}" selected' in shown
    assert "1 lead, €0" in words(preview(shown))


async def test_a_lead_that_changed_since_is_left_alone_and_said_so(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    changed, _ = [await make.lead(owner, cast.rita) for _ in range(2)]
    ada = await signed_in("ada")
    chosen = {"owner": cast.rita.id, "receiver": cast.omar.id, "why": "On leave"}
    action, form = confirmation((await ada.get(PAGE, params=chosen)).text)
    await owner.execute("UPDATE lead SET version = version + 1 WHERE id = $1", changed)
    late = await make.lead(owner, cast.rita)
    watched = (await ada.post(action, data=form)).headers["location"]
    await reassign.move_due()
    told = words((await ada.get(watched)).text)
    assert "1 lead moved" in told
    assert "1 lead left alone: 1 changed after you looked at it" in told
    with_rita = await owner.fetch("SELECT id FROM lead WHERE assigned_to_id = $1", cast.rita.id)
    assert {row["id"] for row in with_rita} == {changed, late}


async def test_a_day_later_it_says_that_it_was_too_late(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    lead = await make.lead(owner, cast.rita)
    ada = await signed_in("ada")
    form = {"receiver": cast.omar.id, "why": "On leave", "leads": pack([(lead, 1)]), "id": str(uuid7())}
    watched = (await ada.post(PAGE, data=form)).headers["location"]
    await reassign.move_due()
    assert "Take it back" in (await ada.get(watched)).text
    await owner.execute("UPDATE reassignment SET finished_at = $1", clock.now() - timedelta(hours=25))
    shown = (await ada.get(watched)).text
    assert "Take it back" not in shown
    assert "It could be taken back for 24 hours" in shown
    assert (await ada.post(f"{watched}/undo")).status_code == 409
    assert await owner.fetchval("SELECT assigned_to_id FROM lead") == cast.omar.id


async def test_a_wrong_choice_is_shown_with_what_is_wrong(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    lead = await make.lead(owner, cast.rita)
    ada = await signed_in("ada")
    wrong = {"owner": cast.rita.id, "receiver": cast.rita.id, "why": "Leave"}
    assert "must not be the person who gives them away" in (await ada.get(PAGE, params=wrong)).text
    assert "needs an open stage" in (await ada.get(PAGE, params={"stage": "closed_won"})).text
    assert "“nonsense” is no filter of this page" in (await ada.get(PAGE, params={"nonsense": "1"})).text
    unknown = (await ada.get(PAGE, params={"owner": "nobody-such"})).text
    assert "Unknown owner" in unknown
    assert "Nothing to move" in unknown
    refused = await ada.post(f"{PAGE}?q=grace", data={"receiver": cast.omar.id, "leads": pack([(lead, 1)])})
    assert refused.status_code == 422
    assert "This is required" in refused.text
    assert 'name="q" value="grace"' in refused.text
    assert (await ada.get(f"{PAGE}/01900000-0000-7000-8000-00000000dead")).status_code == 404


@pytest.mark.parametrize("leads", ["", "x", "é", "AAAA", pack([(UUID(int=1), 1 << 31)])])
async def test_a_form_that_shows_no_leads_moves_nothing(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn, leads: str
) -> None:
    form = {"receiver": cast.omar.id, "why": "Leave", "leads": leads}
    refused = await (await signed_in("ada")).post(PAGE, data=form)
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    assert await owner.fetchval("SELECT count(*) FROM reassignment") == 0


async def test_as_many_leads_as_are_looked_at_fit_into_a_form(cast: Cast, signed_in: SignIn) -> None:
    most = pack((uuid7(), 1) for _ in range(reassign.MOST_LEADS))
    form = {"receiver": cast.omar.id, "why": "é" * 500, "leads": most, "id": str(uuid7())}
    assert (await (await signed_in("ada")).post(PAGE, data=form)).status_code == 303


async def test_only_an_admin_is_led_from_the_list_to_giving_leads_away(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    await make.lead(owner, cast.rita)
    await make.lead(owner, cast.rita, "closed_won")
    assert "Reassign these" not in (await (await signed_in("rita")).get("/leads")).text
    ada = await signed_in("ada")
    assert "Reassign these" in (await ada.get("/leads")).text
    assert "Reassign these" not in (await ada.get("/leads?stage=closed_won")).text
