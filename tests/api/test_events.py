"""POST /v1/events/sso: signed by the SSO or refused; kept before it answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.core.clock import now
from app.core.settings import settings
from app.gateways.webhooks import sign
from tests.services.test_identity_events import event, raw

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg
    from httpx import AsyncClient, Response

PATH = "/v1/events/sso"


def signed(body: bytes, **changed: Any) -> dict[str, str]:
    headers = sign(settings().sso_events_secrets, changed.pop("id", "msg-1"), changed.pop("at", now()), body)
    return {"content-type": "application/json", **headers, **changed}


async def send(client: AsyncClient, said: Any) -> Response:
    body = raw(said)
    return await client.post(PATH, content=body, headers=signed(body))


async def inbox(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("SELECT count(*) FROM inbox")


async def test_an_event_is_accepted_once_and_others_ignored(
    client: AsyncClient, owner: asyncpg.Connection
) -> None:
    said = event(version=1)
    answers = [await send(client, each) for each in (said, said, event(Type="UserLiked"))]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert [answer.json()["status"] for answer in answers] == ["accepted", "duplicate", "ignored"]
    assert await inbox(owner) == 2


@pytest.mark.parametrize("content_type", ["application/json", "application/cloudevents+json"])
async def test_both_names_of_the_content_are_understood(client: AsyncClient, content_type: str) -> None:
    body = raw(event(version=1))
    answer = await client.post(PATH, content=body, headers=signed(body, **{"content-type": content_type}))
    assert answer.status_code == 202


async def test_without_the_right_signature_nothing_is_kept(
    client: AsyncClient, owner: asyncpg.Connection, as_user: Callable[[str], dict[str, str]]
) -> None:
    body = raw(event(version=1))
    wrong: list[dict[str, str]] = [
        {},
        as_user("ada"),
        signed(body, at=now() - timedelta(minutes=6)),
        signed(body, at=now() + timedelta(minutes=6)),
        signed(b"another body"),
        signed(body, **{"webhook-id": "another id"}),
        signed(body, **{"webhook-signature": "v1,AAAA"}),
    ]
    for headers in wrong:
        given = {"content-type": "application/json", **headers}
        assert (await client.post(PATH, content=body, headers=given)).status_code == 401, headers
    assert await inbox(owner) == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 422), (b"{}", 422), (raw(event(email=None)), 422), (b" " * 70_000, 413)],
)
async def test_a_bad_body_is_a_clear_refusal(
    client: AsyncClient, owner: asyncpg.Connection, body: bytes, status: int
) -> None:
    answer = await client.post(PATH, content=body, headers=signed(body))
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert await inbox(owner) == 0


async def test_while_the_secret_changes_both_are_good(
    client: AsyncClient, owner: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "whsec_dGhlIG9sZCBvbmUgb2YgdGhlbQ==", "whsec_dGhlIG5ldyBvbmUgb2YgdGhlbQ=="
    monkeypatch.setenv("SSO_EVENTS_SECRET", f"{old} {new}")
    settings.cache_clear()
    for number, (secret, status) in enumerate(((old, 202), (new, 202), ("whsec_bmVpdGhlciBvZiB0aGVt", 401))):
        body = raw(event(version=number + 1))
        headers = {"content-type": "application/json", **sign((secret,), str(number), now(), body)}
        assert (await client.post(PATH, content=body, headers=headers)).status_code == status
    monkeypatch.undo()
    settings.cache_clear()
    assert await inbox(owner) == 2


async def test_a_call_played_again_changes_nothing(client: AsyncClient, owner: asyncpg.Connection) -> None:
    said = event(version=1)
    answers = [(await send(client, said)).json()["status"] for _ in range(3)]
    assert answers == ["accepted", "duplicate", "duplicate"]
    assert await inbox(owner) == 1
