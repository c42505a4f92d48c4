"""What was done is answered again, also once a moment that it named is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from app.contracts.tickets import OpenTicket
from app.core import clock
from app.core.errors import Invalid, KeyReused
from app.domain.deal import Plan
from app.domain.idempotency import Key
from app.domain.lead import FollowUp
from app.domain.sale import Loss
from app.services.activities import log_activity
from app.services.closing import close_lost
from app.services.deals import plan_follow_up
from app.services.tickets import open_ticket
from tests import make
from tests.services.test_activities import call

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg

    from app.domain.idempotency import Outcome
    from tests.cast import Cast

    Act = Callable[[Cast, UUID, UUID, datetime, Key], Awaitable[Outcome[Any]]]

pytestmark = pytest.mark.usefixtures("pool")
SOON = timedelta(hours=1)


def log(cast: Cast, customer_id: UUID, _lead_id: UUID, at: datetime, key: Key) -> Awaitable[Outcome[Any]]:
    return log_activity(cast.rita, call(customer_id, cast.rita, follow_up_at=at), key)


def ticket(cast: Cast, customer_id: UUID, _lead_id: UUID, at: datetime, key: Key) -> Awaitable[Outcome[Any]]:
    return open_ticket(cast.rita, customer_id, OpenTicket(subject="Help", due_at=at), key)


def lose(cast: Cast, _customer_id: UUID, lead_id: UUID, at: datetime, key: Key) -> Awaitable[Outcome[Any]]:
    return close_lost(cast.rita, lead_id, 1, Loss("price", try_again_at=at), key)


def plan(cast: Cast, _customer_id: UUID, lead_id: UUID, at: datetime, key: Key) -> Awaitable[Outcome[Any]]:
    return plan_follow_up(cast.rita, lead_id, 1, Plan(FollowUp(at, "Call")), key)


@pytest.mark.parametrize("act", [log, ticket, lose, plan])
async def test_a_request_is_answered_again_once_its_moment_is_over(
    owner: asyncpg.Connection, cast: Cast, monkeypatch: pytest.MonkeyPatch, act: Act
) -> None:
    lead_id = await make.lead(owner, cast.rita)
    customer_id = await owner.fetchval("SELECT customer_id FROM lead")
    at = clock.now() + SOON
    first = await act(cast, customer_id, lead_id, at, Key(cast.rita.id, "k", b"body"))
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + 2 * SOON)
    again = await act(cast, customer_id, lead_id, at, Key(cast.rita.id, "k", b"body"))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.value == first.value
    with pytest.raises(KeyReused):
        await act(cast, customer_id, lead_id, at, Key(cast.rita.id, "k", b"other"))
    with pytest.raises(Invalid):
        await act(cast, customer_id, lead_id, at, Key(cast.rita.id, "another", b"body"))
    assert await owner.fetchval("SELECT count(*) FROM idempotency") == 1
    assert await owner.fetchval("SELECT count(*) FROM activity") == 1
