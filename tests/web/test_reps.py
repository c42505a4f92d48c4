"""Choosing a colleague in a form: from a list in a small company, by words in a large one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[Client]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
PERSON = {"name": "Grace Hopper", "email": "grace@navy.example"}
A_FORM = 12 * 1024


@pytest.fixture
async def lead_id(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """An open lead of rita's."""
    return await make.lead(owner, cast.rita)


@pytest.fixture
async def ada(signed_in: SignIn) -> Client:
    return await signed_in("ada")


def offered(html: str) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong>", html)


def ticked(html: str) -> list[str]:
    return re.findall(r'name="(?:assigned_to|owner)_id" value="([^"]*)" checked', html)


async def forms(ada: Client, lead_id: UUID) -> dict[str, str]:
    """Return the three forms in which a colleague is chosen, by the field's name and what asks for it."""
    bulk = await ada.post("/leads/bulk", data={"lead": f"{lead_id}:1"}, headers=PARTIAL)
    return {
        "new": (await ada.get("/leads/new", headers=PARTIAL)).text,
        "assign": (await ada.get(f"/leads/{lead_id}/assign", headers=PARTIAL)).text,
        "bulk": bulk.text,
    }


async def owner_of(owner: asyncpg.Connection, lead_id: UUID) -> str:
    return str(await owner.fetchval("SELECT assigned_to_id FROM lead WHERE id = $1", lead_id))


async def test_a_small_company_chooses_from_a_list(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, ada: Client
) -> None:
    await make.reps(owner, 18)
    for name, html in (await forms(ada, lead_id)).items():
        options = re.findall(r'<option value="([^"]*)"( selected)?>', html.partition('_id" name=')[2])
        assert len(options) == (21 if name == "new" else 20)
        assert ((cast.rita.id, " selected") in options) == (name == "assign")
        assert "/reps" not in html


async def test_the_forms_do_not_grow_with_the_reps(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, ada: Client
) -> None:
    await make.reps(owner, 198)
    found = await forms(ada, lead_id)
    for html in found.values():
        assert "The first 20: type a name to find others." in html
        assert len(html) <= A_FORM
    assert ticked(found["new"]) == [""]
    assert offered(found["new"])[0] == "Nobody yet"
    assert ticked(found["assign"]) == [cast.rita.id]
    assert offered(found["assign"])[0] == cast.rita.name
    assert ticked(found["bulk"]) == []


@pytest.mark.parametrize("who", ["okafor", "OMAR oka", " omar@slyyfoxx "])
async def test_words_find_a_colleague_and_keep_who_is_chosen(
    owner: asyncpg.Connection, cast: Cast, ada: Client, who: str
) -> None:
    await make.reps(owner, 60)
    asked = {"field": "assigned_to_id", "who": who, "assigned_to_id": cast.rita.id}
    html = (await ada.get("/reps", params=asked, headers=PARTIAL)).text
    assert "<html" not in html
    assert "1 colleague<" in html
    assert offered(html) == [cast.omar.name, cast.rita.name]
    assert ticked(html) == [cast.rita.id]
    nobody = (await ada.get("/reps", params={"field": "owner_id", "who": who}, headers=PARTIAL)).text
    assert (offered(nobody), ticked(nobody)) == ([cast.omar.name], [])


async def test_what_nobody_is_called_finds_nobody(owner: asyncpg.Connection, cast: Cast, ada: Client) -> None:
    await make.reps(owner, 60)
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.omar.id)
    for who in ("100%", "okafor", "x" * 10_000):
        asked = {"field": "owner_id", "who": who, "owner_id": cast.omar.id}
        html = (await ada.get("/reps", params=asked, headers=PARTIAL)).text
        assert ("Nobody is called that." in html, offered(html)) == (True, [])
    asked = {"field": "owner_id", "who": "\0", "owner_id": "\0"}
    assert len(offered((await ada.get("/reps", params=asked, headers=PARTIAL)).text)) == 21


async def test_a_whole_page_of_reps_is_the_board(ada: Client) -> None:
    for asked, headers in (({"field": "owner_id"}, {}), ({"field": "name"}, PARTIAL)):
        answer = await ada.get("/reps", params=asked, headers=headers)
        assert answer.headers.get("location", answer.headers.get("hx-redirect")) == "/board"


async def test_who_chooses_nobody_is_asked_again(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, ada: Client
) -> None:
    await make.reps(owner, 60)
    typed = {"who": "okafor", "version": "1", "lead": f"{lead_id}:1", "act": "assign"}
    for path, data in (
        (f"/leads/{lead_id}/assign", typed),
        ("/leads/bulk", typed),
        ("/leads/new", PERSON | typed),
    ):
        answer = await ada.post(path, data=data, headers=PARTIAL)
        assert answer.status_code == 422, path
        assert "Please choose a colleague" in answer.text
        assert offered(answer.text) == [cast.omar.name]
    assert await owner_of(owner, lead_id) == cast.rita.id
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1


async def test_who_has_no_script_finds_first_and_saves_then(
    owner: asyncpg.Connection, cast: Cast, lead_id: UUID, ada: Client
) -> None:
    await make.reps(owner, 60)
    looking = {"who": "okafor", "find": "1", "version": "1", "lead": f"{lead_id}:1", "act": "assign"}
    for path, data in (
        (f"/leads/{lead_id}/assign", looking | {"assigned_to_id": cast.rita.id}),
        ("/leads/bulk", looking),
        ("/leads/new", PERSON | looking),
    ):
        answer = await ada.post(path, data=data)
        assert answer.status_code == 200, path
        assert '<button class="button" name="find"' in answer.text
        assert cast.omar.name in offered(answer.text)
    assert await owner_of(owner, lead_id) == cast.rita.id
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1
    chosen = {"who": "okafor", "version": "1", "assigned_to_id": cast.omar.id}
    assert (await ada.post(f"/leads/{lead_id}/assign", data=chosen)).status_code == 303
    assert await owner_of(owner, lead_id) == cast.omar.id


async def test_a_rep_is_offered_nobody(signed_in: SignIn, lead_id: UUID) -> None:
    rita = await signed_in("rita")
    bulk = await rita.post("/leads/bulk", data={"lead": f"{lead_id}:1"}, headers=PARTIAL)
    new = await rita.get("/leads/new", headers=PARTIAL)
    assert "_id" not in bulk.text + new.text
