"""Every route is called by everybody, and answers as the one table says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from litestar.routes import HTTPRoute

from tests.conftest import browser_of
from tests.house.access import BAD, NO, NONE, PEOPLE, WHO, YES, expectations
from tests.house.world import build

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client
    from httpx import Response
    from litestar import Litestar

STAFF = PEOPLE[:4]
REFUSALS = {400: BAD, 401: WHO, 403: NO, 404: NONE}


def _routes(app: Litestar) -> set[str]:
    return {
        f"{method} {re.sub('{[^}]*}', '{id}', route.path_format)}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


async def test_every_route_says_who_gets_what(app: Litestar) -> None:
    declared, there = set(expectations()), _routes(app)
    assert there - declared == set(), "add a line to tests/house/access.py"
    assert declared - there == set(), "these lines have no route any more"


@pytest.mark.parametrize("route", sorted(expectations()))
async def test_everybody_gets_what_the_table_says(
    route: str,
    app: Litestar,
    owner: asyncpg.Connection,
    as_user: Callable[[str], dict[str, str]],
    signed_in: Callable[[str], Awaitable[Client]],
) -> None:
    got: dict[str, str] = {}
    method, path = route.split()
    for who in PEOPLE:
        world = await build(owner)
        on_page = not path.startswith("/v1/") and who in STAFF
        async with browser_of(app) as plain:
            client = await signed_in(who) if on_page else plain
            headers = {} if on_page or who == "nobody" else as_user(who)
            request: dict[str, Any] = world.request(route, who)
            answer = await client.request(method, world.fill(path), headers=headers, **request)
        got[who] = _word(answer)
    expected = expectations()[route]
    assert got == {who: expected.of(who) for who in PEOPLE}


def _word(answer: Response) -> str:
    to_login = answer.headers.get("location", "").startswith("/login")
    if answer.is_redirect and to_login:
        return WHO
    ok = answer.is_success or answer.is_redirect
    return YES if ok else REFUSALS.get(answer.status_code, f"{answer.status_code} {answer.text[:300]}")
