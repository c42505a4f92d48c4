"""What a form did is said by the next whole page, once, to who has scripts and to who has none."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

PLACE = 'id="said" role="status">'


async def test_the_page_after_a_form_says_what_it_did_and_the_next_one_does_not(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    rita = await signed_in("rita")
    planned = {"version": "1", "next": "1", "follow_up_note": "Call"}
    done = await rita.post(f"/leads/{lead}/follow-up", data=planned)
    said = unquote(done.cookies["said"])
    assert (done.status_code, said[:8]) == (303, "Planned:")
    part = await rita.get("/search?q=gr", headers={"HX-Request": "true"})
    assert PLACE not in part.text
    assert PLACE not in (await rita.get("/nowhere")).text
    page = await rita.get(done.headers["location"])
    assert page.text.count(f"{PLACE}{said}<") == 1
    assert PLACE not in (await rita.get(done.headers["location"])).text


async def test_it_is_said_on_pages_kept_or_drawn_anew_and_is_no_markup(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    rita = await signed_in("rita")
    for path in (f"/leads/{lead}", f"/leads/{lead}", "/customers"):
        rita.cookies.set("said", quote("<b>Done</b>"))
        assert f"{PLACE}&lt;b&gt;Done&lt;/b&gt;<" in (await rita.get(path)).text, path
        rita.cookies.delete("said")
        assert PLACE not in (await rita.get(path)).text, path
