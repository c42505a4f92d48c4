"""Choosing whose leads the board shows, over HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


def owners(html: str) -> list[str]:
    return re.findall(r"<strong>([^<]+)</strong>", html)


async def test_the_dialog_offers_every_rep_and_keeps_the_filter(signed_in: SignIn, cast: Cast) -> None:
    client = await signed_in("ada")
    asked = {"score": "hot", "q": "r&d", "owner": cast.omar.id}
    html = (await client.get("/board/owners", params=asked, headers=PARTIAL)).text
    assert "<html" not in html
    assert owners(html) == ["Every owner", "Nobody yet", cast.omar.name, cast.rita.name]
    assert f'href="/board?owner={cast.rita.id}&amp;q=r%26d&amp;score=hot"' in html
    assert 'href="/board?q=r%26d&amp;score=hot"' in html
    assert re.findall(r'aria-current="true".*?<strong>([^<]+)', html) == [cast.omar.name]
    assert '<input type="hidden" name="q" value="r&amp;d">' in html


@pytest.mark.parametrize("who", ["reyes", "RITA rey", "rita@slyyfoxx"])
async def test_words_that_one_rep_has_are_a_choice_once_they_are_sent(
    signed_in: SignIn, cast: Cast, who: str
) -> None:
    client = await signed_in("ada")
    asked = {"score": "hot", "who": who}
    typed = (await client.get("/board/owners", params=asked, headers=PARTIAL)).text
    assert owners(typed) == [cast.rita.name]
    assert "<input" not in typed
    answer = await client.get("/board/owners", params=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/board?owner={cast.rita.id}&score=hot")


async def test_words_of_nobody_and_no_words_at_all_are_a_page(signed_in: SignIn) -> None:
    client = await signed_in("ada")
    for who in ("100%", "\0", "x" * 10_000):
        html = (await client.get("/board/owners", params={"who": who})).text
        assert "<h1" in html
        assert ("Nobody is called that." in html) == (who != "\0")


async def test_of_many_reps_the_first_are_shown(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    await make.reps(owner, 60)
    client = await signed_in("ada")
    html = (await client.get("/board/owners", params={"who": "zimm"}, headers=PARTIAL)).text
    assert len(owners(html)) == 50
    assert "The first 50" in html


async def test_who_has_left_is_named_and_not_offered(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.omar)
    await owner.execute("UPDATE staff SET active = false WHERE id = $1", cast.omar.id)
    client = await signed_in("ada")
    html = (await client.get("/board", params={"owner": cast.omar.id})).text
    assert str(lead) in html
    assert f"Owner: </span>{cast.omar.name}</button>" in html
    assert f'<input type="hidden" name="owner" value="{cast.omar.id}">' in html
    assert cast.omar.name not in owners((await client.get("/board/owners", headers=PARTIAL)).text)


@pytest.mark.parametrize(
    ("whose", "said"), [("", "Every owner"), ("none", "Nobody yet"), ("stranger", "Unknown owner")]
)
async def test_the_board_says_whose_leads_it_shows(signed_in: SignIn, whose: str, said: str) -> None:
    html = (await (await signed_in("ada")).get("/board", params={"owner": whose})).text
    assert f"Owner: </span>{said}</button>" in html


async def test_a_reps_board_asks_for_no_owner(signed_in: SignIn) -> None:
    assert "/board/owners" not in (await (await signed_in("rita")).get("/board")).text
