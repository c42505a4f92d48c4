"""Every route is called by everybody: the answer is the one table's, and tells nothing of what is not theirs."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.cast import CAST
from tests.house.access import NONE, YES, expectations
from tests.house.matrix import EVERYBODY, Callers, plain, routes_of, word_of
from tests.house.world import MONEY, build, fingerprint

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client
    from httpx import Response
    from litestar import Litestar

    from tests.house.world import World

ROUTES = sorted(expectations())
SHARES = 4  # one database each, so that all processors have something to do
QUERIES = ("", "q={mark}", "rep={rita}", "assigned_to_id={rita}", "sort=score", "stage=lead", "limit=1")


@pytest.fixture
async def callers(
    app: Litestar,
    owner: asyncpg.Connection,
    as_user: Callable[..., dict[str, str]],
    signed_in: Callable[[str], Awaitable[Client]],
) -> AsyncGenerator[Callers]:
    async with AsyncExitStack() as stack:
        yield Callers(app, owner, as_user, signed_in, stack)


async def test_every_route_says_who_gets_what(app: Litestar) -> None:
    declared, there = set(expectations()), routes_of(app)
    assert there - declared == set(), "add a line to tests/house/access.py"
    assert declared - there == set(), "these lines have no route any more"


@pytest.mark.parametrize("share", range(SHARES))
async def test_everybody_gets_what_the_table_says_and_nothing_else(
    share: int, callers: Callers, owner: asyncpg.Connection
) -> None:
    wrong: list[str] = []
    for route in ROUTES[share::SHARES]:
        world, before = await build(owner), await fingerprint(owner)
        for who in EVERYBODY:
            answer = await _ask(callers, route, who, world)
            after = await fingerprint(owner)
            changed = sorted(name for name in after if after[name] != before[name])
            wrong += [f"{who} {route}: {what}" for what in _faults(route, who, answer, world, changed)]
            if expectations()[route].of(who) == NONE and "{id}" in route:
                missing = await _ask(callers, route, who, world.elsewhere())
                if plain(missing) != plain(answer):
                    wrong.append(f"{who} {route}: can tell it from one that is not there")
            if changed:
                world, before = await build(owner), await fingerprint(owner)
    assert not wrong, "\n".join(each[:300] for each in wrong)


def _faults(route: str, who: str, answer: Response, world: World, changed: list[str]) -> list[str]:
    wanted, got = expectations()[route].of(who), word_of(answer)
    public = expectations()[route].of("nobody") == YES
    found = [] if got == wanted else [f"got {got}, not {wanted}"]
    if changed and (got != YES or route.startswith("GET ")):
        found.append(f"changed {', '.join(changed)}")
    told = f"{answer.text} {answer.headers}"
    if world.mark in told and (who not in {"rita", "sam", "ada"} or got != YES or public):
        found.append("was told of rita's record")
    if who == "sam" and any(amount in told for amount in MONEY):
        found.append("was told an amount")
    return found


async def test_what_a_rep_is_answered_does_not_depend_on_another_reps_records(
    callers: Callers, owner: asyncpg.Connection
) -> None:
    """Lists, counts, totals, searches, sorts and exports: rita's record makes no difference to omar's answers."""
    routes = [
        route
        for route in ROUTES
        if route.startswith("GET ") and "{id}" not in route and expectations()[route].of("omar") == YES
    ]
    mark = "Zqwxy"
    before = {url: plain(await callers.call("omar", "GET", url)) for url in _variants(routes, mark)}
    for _ in range(3):
        await _mark(owner, await build(owner), mark)
    after = {url: plain(await callers.call("omar", "GET", url)) for url in before}
    assert [url for url in before if before[url] != after[url]] == []


def _variants(routes: list[str], mark: str) -> list[str]:
    queries = [query.format(mark=mark, rita=quote(CAST.rita.id)) for query in QUERIES]
    return [f"{route.partition(' ')[2]}?{query}".rstrip("?") for route in routes for query in queries]


async def _mark(owner: asyncpg.Connection, world: World, mark: str) -> None:
    await owner.execute("UPDATE customer SET name = $2 WHERE id = $1", world.customer, mark)


async def _ask(callers: Callers, route: str, who: str, world: World) -> Response:
    request: dict[str, Any] = world.request(route, who)
    return await callers.call(who, route, world.fill(route.partition(" ")[2]), **request)
