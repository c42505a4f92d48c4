"""Events that do not say how new they are: the SSO is asked what holds now."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.gateways.event_stream import StreamEntry
from app.gateways.sso.company import sso as company_sso
from app.services import identity_events
from tests import make
from tests.domain.test_sso_dialects import AUTH0, KEYCLOAK, KEYCLOAK_ID
from tests.services.test_identity_events import GRACE, event, grace, later, receive, statuses

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncpg

    from tests.cast import Cast
    from tests.fakes import FakeSso

__all__ = ["later"]  # the fixture
pytestmark = pytest.mark.usefixtures("pool", "fresh_sso")


def account(user_id: str, **changed: Any) -> dict[str, Any]:
    known = {
        "user_id": user_id,
        "email": "now@grace.example",
        "updated_at": "2026-11-22T08:00:00Z",
        "version": 9,
    }
    return {**known, **changed}


def hint(user_id: str = GRACE) -> dict[str, Any]:
    return event(user_id=user_id, email=None, updated_at=None)


async def test_a_hint_makes_the_crm_read_the_account_again(owner: asyncpg.Connection, sso: FakeSso) -> None:
    await make.customer(owner, sso_user_id=GRACE, email="old@grace.example")
    sso.users = [account(GRACE)]
    assert await receive(hint()) == ["accepted"]
    row = await grace(owner)
    assert (row["email"], row["email_version"]) == ("now@grace.example", 9)
    assert await statuses(owner) == ["applied"]


async def test_a_hint_waits_while_the_sso_is_away(
    owner: asyncpg.Connection, sso: FakeSso, later: Callable[[timedelta], None]
) -> None:
    await make.customer(owner, sso_user_id=GRACE, email="old@grace.example")
    sso.users, sso.down = [account(GRACE)], True
    await receive(hint())
    assert await statuses(owner) == ["waiting"]
    sso.down = False
    company_sso.cache_clear()
    later(timedelta(minutes=10))
    await identity_events.apply_due()
    assert (await grace(owner))["email"] == "now@grace.example"


async def test_a_hint_dies_after_a_day_without_the_sso(
    owner: asyncpg.Connection, sso: FakeSso, later: Callable[[timedelta], None]
) -> None:
    sso.down = True
    await receive(hint())
    later(timedelta(hours=25))
    await identity_events.apply_due()
    assert await statuses(owner) == ["dead"]


async def test_an_account_that_is_gone_is_no_longer_active(owner: asyncpg.Connection, cast: Cast) -> None:
    await receive(hint(cast.rita.id))
    assert await owner.fetchval("SELECT active FROM staff WHERE id = $1", cast.rita.id) is False


@pytest.mark.parametrize("name", KEYCLOAK)
async def test_keycloaks_events_bring_the_newest_address(
    owner: asyncpg.Connection, sso: FakeSso, name: str
) -> None:
    customer = await make.customer(owner, sso_user_id=KEYCLOAK_ID, email="old@x.example")
    sso.users = [account(KEYCLOAK_ID, email="new@x.example")]
    await receive(KEYCLOAK[name])
    assert await owner.fetchval("SELECT email FROM customer WHERE id = $1", customer) == "new@x.example"


async def test_auth0s_event_is_applied_as_it_is(owner: asyncpg.Connection) -> None:
    await make.customer(owner, sso_user_id="auth0|507f1f77bcf86cd799439020", email="old@x.example")
    await identity_events.receive_entries([StreamEntry("1-0", json.dumps(AUTH0).encode())])
    await identity_events.apply_due()
    assert await owner.fetchval("SELECT email FROM customer") == "new@x.example"
