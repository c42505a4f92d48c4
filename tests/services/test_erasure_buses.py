"""An erasure reaches the bus that events go to, and says which places keep what they were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from redis.asyncio import Redis

from app.contracts.events import OUR_STREAM, SSO_STREAM
from app.contracts.pipeline import SaleDetails
from app.core.settings import settings
from app.gateways.event_bus import MemoryStream
from app.gateways.sinks import close_sinks, open_sinks
from app.services import erasure, handoff
from app.services.closing import close_won
from tests import make
from tests.database import within

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client

    from app.gateways.sinks import Sinks
    from tests.cast import Cast
    from tests.database import Place

pytestmark = pytest.mark.usefixtures("pool", "redis")
NOTE = "Ask for Grace at the gate"
DETAILS = msgspec.convert({"amount": "900.00", "product": "Plan", "handoff_note": NOTE}, SaleDetails)


class Named(MemoryStream):
    """A place under the name of another kind of bus."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name


def kinds(*names: str) -> Sinks:
    return {name: Named(name) for name in names}


@pytest.fixture
async def second(place: Place, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Redis]:
    """A second Redis, which the settings name as the bus."""
    url = within(place.redis_url, "15")
    monkeypatch.setenv("EVENT_BUS_URL", url)
    settings.cache_clear()
    client: Redis = Redis.from_url(url, decode_responses=True)  # pyright: ignore[reportUnknownMemberType]
    await client.flushdb()
    yield client
    await client.flushdb()
    await client.aclose()
    monkeypatch.undo()
    settings.cache_clear()


async def sold(owner: asyncpg.Connection, cast: Cast, sinks: Sinks) -> UUID:
    """Win a customer with a note to onboarding, and hand the event to these places."""
    lead = await make.lead(owner, cast.rita, "negotiation")
    await close_won(cast.rita, lead, 1, DETAILS, None)
    for name in sinks:
        assert await handoff.publish_due(sinks, name) == 1
    found: Any = await owner.fetchval("SELECT customer_id FROM lead WHERE id = $1", lead)
    return found


async def test_a_second_redis_as_the_bus_is_cleared_too(
    owner: asyncpg.Connection, cast: Cast, redis: Redis, second: Redis
) -> None:
    sinks = open_sinks(settings())
    customer = await sold(owner, cast, sinks)
    await close_sinks(sinks)
    await owner.execute("UPDATE customer SET sso_user_id = 'u-1' WHERE id = $1", customer)
    for each in (redis, second):
        await each.xadd(SSO_STREAM, {"data": '{"data": {"user_id": "u-1"}}'})
    assert NOTE in str(await second.xrange(OUR_STREAM))
    await erasure.erase_by_operator(customer)
    assert await erasure.clear_erased() == 2
    assert NOTE not in str(await second.xrange(OUR_STREAM))
    assert await second.xlen(OUR_STREAM) == 1
    assert await redis.xlen(SSO_STREAM) == 0
    assert await second.xlen(SSO_STREAM) == 1, "what others keep there is not ours to delete"
    assert await owner.fetchval("SELECT streams_cleared_at FROM erasure")


@pytest.mark.parametrize(
    ("places", "kept_by"),
    [
        (("stream",), ()),
        (("rabbitmq",), ("rabbitmq",)),
        (("stream", "kafka", "webhook"), ("kafka", "webhook")),
    ],
)
async def test_the_record_names_who_keeps_what_they_were_sent(
    owner: asyncpg.Connection, cast: Cast, places: tuple[str, ...], kept_by: tuple[str, ...]
) -> None:
    customer = await sold(owner, cast, kinds(*places))
    stranger = await make.customer(owner)
    for each in (customer, stranger):
        await erasure.erase_by_operator(each)
    listed = {each.customer_id: each.kept_by for each in await erasure.list_erasures(cast.ada)}
    assert listed == {customer: kept_by, stranger: ()}


async def test_the_page_says_who_keeps_copies(
    owner: asyncpg.Connection, cast: Cast, signed_in: Callable[[str], Awaitable[Client]]
) -> None:
    customer = await sold(owner, cast, kinds("nats", "webhook"))
    await erasure.erase_by_operator(customer)
    ada = await signed_in("ada")
    page = (await ada.get("/admin/erasures")).text
    assert "nats, webhook keep what they were sent of the sale until their own retention ends" in page
