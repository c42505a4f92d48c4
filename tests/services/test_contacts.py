"""A corrected contact is written once, told on the timeline, and gone with the person."""

from __future__ import annotations

import asyncio
import json
from contextvars import Context
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from app.core import clock
from app.core.errors import Conflict, NotFound
from app.domain.contact import LABELS, Contact
from app.domain.idempotency import Key
from app.domain.merge import Wish
from app.domain.sso_events import Email
from app.gateways import live, queue
from app.services import erasure, identity_events
from app.services.contacts import change_contact
from app.services.customers import read_customer
from app.services.merge import merge_customers
from app.store import contacts
from app.store.transaction import transaction
from tests import make
from tests.wait import WAITING, until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool", "redis")
GRACE = Contact("Grace", "grace@navy.example", "", "Navy", "", "")
NUMBER = "+1 202 555 0101"


@pytest.fixture
async def grace(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A customer without an account, whose open lead is rita's."""
    customer = await make.customer(owner, name="Grace", email="grace@navy.example", company="Navy")
    await make.lead(owner, cast.rita, customer_id=customer)
    return customer


async def change(viewer: Viewer, customer: UUID, key: Key | None = None, /, **typed: str) -> tuple[str, ...]:
    return (await change_contact(viewer, customer, GRACE, replace(GRACE, **typed), key)).value.fields


async def entries(owner: asyncpg.Connection) -> list[Any]:
    rows = await owner.fetch(
        "SELECT kind, actor_id, data, body FROM activity JOIN activity_text ON activity_id = activity.id ORDER BY seq"
    )
    return [(row["kind"], row["actor_id"], row["data"], json.loads(row["body"])) for row in rows]


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_whoever_talks_to_a_customer_corrects_their_number(
    owner: asyncpg.Connection, cast: Cast, grace: UUID, who: str
) -> None:
    viewer = getattr(cast, who)
    assert await change(viewer, grace, phone=NUMBER, name="Grace Hopper") == ("name", "phone")
    customer = await read_customer(viewer, grace)
    assert (customer.name, customer.phone, customer.company) == ("Grace Hopper", NUMBER, "Navy")
    text = {"changes": {"name": ["Grace", "Grace Hopper"], "phone": ["", NUMBER]}}
    assert await entries(owner) == [("contact_changed", viewer.id, "{}", text)]


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_every_field_is_written_as_it_is_told(
    owner: asyncpg.Connection, cast: Cast, grace: UUID, who: str
) -> None:
    typed = dict(zip(LABELS, ("G. Hopper", "g@navy.test", NUMBER, "Army", "Boss", "UK"), strict=True))
    assert set(await change(getattr(cast, who), grace, **typed)) == set(LABELS)
    row = await owner.fetchrow(f"SELECT {', '.join(LABELS)} FROM customer WHERE id = $1", grace)
    assert tuple(row) == tuple(typed.values())


async def test_a_colleagues_open_lead_is_scored_anew_and_cards_told(
    owner: asyncpg.Connection, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer = await make.customer(owner, name="Grace", email=None, company="Navy")
    lost = await make.lead(owner, cast.rita, "closed_lost", customer_id=customer)
    lead = await make.lead(owner, cast.omar, customer_id=customer)
    told: list[Any] = []
    monkeypatch.setattr(live, "announce_leads", _noting(told))
    monkeypatch.setattr(queue, "wake", _noting(told))
    seen = replace(GRACE, email="")
    await change_contact(cast.rita, customer, seen, replace(seen, company="Army", email="g@army.test"), None)
    assert told[0] == ("score_leads",)
    assert [(each.id, each.assigned_to_id) for each in told[1][0]] == [
        (lead, cast.omar.id),
        (lost, cast.rita.id),
    ]
    rows = await owner.fetch(
        "SELECT score_due_at IS NOT NULL AS due FROM lead ORDER BY stage = 'closed_lost'"
    )
    assert [row["due"] for row in rows] == [True, False]


def _noting(told: list[Any]) -> Callable[..., Awaitable[None]]:
    async def note(*given: Any) -> None:
        told.append(given)

    return note


async def test_an_event_that_waited_for_a_correction_finds_whose_the_address_is_now(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    said = {"user_id": "sso-other", "email": "grace@navy.example", "version": 3}
    event = {"specversion": "1.0", "id": "e-1", "source": "/sso", "type": "UserEmailUpdated", "data": said}
    await identity_events.receive_event(json.dumps(event).encode())
    async with transaction(cast.rita):
        await contacts.lock_contact(cast.rita, grace)
        email = Email("right@navy.example", "right@navy.example")
        await contacts.give_email(cast.rita, grace, email, clock.now())
        applying = asyncio.create_task(identity_events.apply_due(), context=Context())
        await until(lambda: owner.fetchval(WAITING), "the event waits for the customer")
    await applying
    row = await owner.fetchrow("SELECT email, sso_user_id FROM customer WHERE id = $1", grace)
    assert tuple(row) == ("right@navy.example", None)


async def test_ones_own_address_is_taken_back_or_written_otherwise(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    gone = await make.customer(owner, email="gone@navy.example")
    await merge_customers(cast.ada, Wish(grace, gone), None)
    assert await change(cast.rita, grace, email="gone@navy.example") == ("email",)
    seen = replace(GRACE, email="gone@navy.example")
    await change_contact(cast.rita, grace, seen, replace(seen, email="Gone@navy.example"), None)
    rows = {row["id"]: row["email"] for row in await owner.fetch("SELECT id, email FROM customer")}
    assert rows == {grace: "Gone@navy.example", gone: "grace@navy.example"}


async def test_a_line_break_from_a_form_is_no_change_of_whoever_edits(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    await owner.execute("UPDATE customer SET company = E'Navy\nDept. 7', name = E'Grace\nHopper'")
    seen = replace(GRACE, company="Navy Dept. 7", name="Grace\r\nHopper")
    typed = replace(seen, name="Grace Hopper", phone=NUMBER)
    assert (await change_contact(cast.rita, grace, seen, typed, None)).value.fields == ("phone",)
    typed = replace(seen, company="Navy Dept. 8")
    assert (await change_contact(cast.rita, grace, seen, typed, None)).value.fields == ("company",)


async def test_an_address_that_was_mistyped_is_corrected_and_found_by_its_new_form(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    assert await change(cast.rita, grace, email="Grace@Navy.test") == ("email",)
    row = await owner.fetchrow("SELECT email, email_norm FROM customer WHERE id = $1", grace)
    assert tuple(row) == ("Grace@Navy.test", "grace@navy.test")
    text = {"old": "grace@navy.example", "new": "Grace@Navy.test"}
    assert await entries(owner) == [("email_updated", cast.rita.id, "{}", text)]


async def test_a_colleagues_customer_is_not_there(cast: Cast, grace: UUID) -> None:
    with pytest.raises(NotFound):
        await change(cast.omar, grace, phone=NUMBER)


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_nobody_takes_anothers_address(
    owner: asyncpg.Connection, cast: Cast, grace: UUID, who: str
) -> None:
    await make.customer(owner, email="other@navy.example")
    with pytest.raises(Conflict, match="Another customer has this"):
        await change(getattr(cast, who), grace, email="Other@navy.example", phone=NUMBER)
    assert await owner.fetchval("SELECT phone FROM customer WHERE id = $1", grace) == ""
    assert await entries(owner) == []


@pytest.mark.parametrize("who", ["rita", "ada"])
async def test_nobody_takes_the_address_of_who_was_merged_into_another(
    owner: asyncpg.Connection, cast: Cast, grace: UUID, who: str
) -> None:
    gone, kept = await make.customer(owner, email="gone@navy.example"), await make.customer(owner)
    await merge_customers(cast.ada, Wish(kept, gone), None)
    with pytest.raises(Conflict, match="Another customer has this"):
        await change(getattr(cast, who), grace, email="gone@navy.example")


async def test_who_has_an_account_keeps_what_the_sso_says(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    await owner.execute("UPDATE customer SET sso_user_id = 'sso-grace' WHERE id = $1", grace)
    with pytest.raises(Conflict, match="company sign-in"):
        await change(cast.ada, grace, name="Grace Hopper", phone=NUMBER)
    assert await change(cast.ada, grace, phone=NUMBER) == ("phone",)


async def test_sent_twice_it_is_done_once_and_nothing_new_is_nothing_told(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    key = Key.of(cast.rita.id, str(uuid4()), b"phone")
    assert [await change(cast.rita, grace, key, phone=NUMBER) for _ in range(2)] == [("phone",)] * 2
    assert await change(cast.rita, grace, phone=NUMBER) == ()
    assert len(await entries(owner)) == 1


async def test_what_a_contact_was_goes_with_the_person(
    owner: asyncpg.Connection, cast: Cast, grace: UUID
) -> None:
    key = Key.of(cast.rita.id, str(uuid4()), b"phone")
    await change(cast.rita, grace, key, phone=NUMBER, email="hopper@navy.example")
    asked = await make.erasure(owner, grace, cast.sam)
    await erasure.confirm_erasure(cast.ada, asked)
    for table in ("activity", "activity_text", "customer", "idempotency", "lead_words"):
        left = await owner.fetch(f"SELECT {table}::text AS row FROM {table}")
        assert not [row for row in left if "202 555" in row["row"] or "hopper" in row["row"]], table
    with pytest.raises(Conflict, match="erased"):
        await change(cast.rita, grace, phone=NUMBER)
