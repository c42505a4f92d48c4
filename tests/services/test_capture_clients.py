"""Clients that sign their forms: secrets shown once, changed with an overlap, taken away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from app.core.errors import Forbidden, Invalid, NotFound
from app.domain.capture_client import ClientTaken
from app.domain.signing import new_secret
from app.gateways.webhooks import sign
from app.services import capture_clients

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

CAPTURE = "/v1/leads/capture"
BODY = json.dumps({"name": "Grace Hopper", "email": "grace@navy.example"}).encode()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    capture_clients.forget_known()
    yield
    capture_clients.forget_known()


async def sent(client: AsyncClient, secret: str, key: str) -> int:
    headers = {"content-type": "application/json", **sign([secret], key, datetime.now(UTC), BODY)}
    return (await client.post(CAPTURE, content=BODY, headers=headers)).status_code


async def test_a_client_signs_with_its_own_secret_and_stands_in_the_log(
    client: AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    secret = await capture_clients.add_client(cast.ada, "shop", "Web shop")
    assert await sent(client, secret, "k-1") == 201
    assert await owner.fetchval("SELECT client FROM capture_submission") == "shop"
    sealed = "SELECT position(convert_to($1, 'UTF8') IN sealed) FROM capture_secret"
    assert await owner.fetchval(sealed, secret) == 0
    assert await sent(client, new_secret(), "k-2") == 401


async def test_the_old_secret_overlaps_with_the_new_one_until_it_ends(
    client: AsyncClient, cast: Cast, owner: asyncpg.Connection
) -> None:
    old = await capture_clients.add_client(cast.ada, "shop", "Web shop")
    new = await capture_clients.rotate_secret(cast.ada, "shop", 24)
    assert [await sent(client, old, "k-1"), await sent(client, new, "k-2")] == [201, 200]
    await owner.execute("UPDATE capture_secret SET expires_at = now() WHERE expires_at IS NOT NULL")
    capture_clients.forget_known()
    assert [await sent(client, old, "k-3"), await sent(client, new, "k-4")] == [401, 200]
    newest = await capture_clients.rotate_secret(cast.ada, "shop", 0)
    assert [await sent(client, new, "k-5"), await sent(client, newest, "k-6")] == [401, 200]


async def test_a_revoked_client_is_refused_and_keeps_its_history(client: AsyncClient, cast: Cast) -> None:
    secret = await capture_clients.add_client(cast.ada, "shop", "Web shop")
    await sent(client, secret, "k-1")
    await capture_clients.revoke_client(cast.ada, "shop")
    assert await sent(client, secret, "k-2") == 401
    found = {one.id: one for one in await capture_clients.list_clients(cast.ada)}
    assert found["shop"].revoked_at is not None
    assert (found["shop"].usage.hour, found["shop"].usage.day, found["shop"].usage.week) == (1, 1, 1)
    assert found["capture-webhook"].usage.last_used_at is None
    with pytest.raises(NotFound):
        await capture_clients.rotate_secret(cast.ada, "shop", 1)


@pytest.mark.usefixtures("pool")
async def test_odd_and_taken_names_are_refused_and_others_may_not_ask(cast: Cast) -> None:
    await capture_clients.add_client(cast.ada, "shop", "Web shop")
    with pytest.raises(ClientTaken):
        await capture_clients.add_client(cast.ada, "shop", "Another")
    for odd in ("", "Shop", "a b", "capture-webhook", "x" * 64):
        with pytest.raises(Invalid):
            await capture_clients.add_client(cast.ada, odd, "Web shop")
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await capture_clients.list_clients(viewer)


async def test_the_page_shows_a_secret_once(
    signed_in: Callable[[str], Awaitable[AsyncClient]], cast: Cast
) -> None:
    ada = await signed_in("ada")
    made = await ada.post("/admin/clients", data={"client": "shop", "name": "Web shop"})
    assert "whsec_" in made.text
    assert "whsec_" not in (await ada.get("/admin/clients")).text
    again = await ada.post("/admin/clients", data={"client": "shop", "name": "Web shop"})
    assert again.status_code == 422
    rotated = await ada.post("/admin/clients/rotate", data={"client": "shop", "overlap": "24"})
    assert "whsec_" in rotated.text
    assert (await ada.post("/admin/clients/revoke", data={"client": "shop"})).status_code == 303
    assert "Revoked" in (await ada.get("/admin/clients")).text
