"""How customers are reached: locked as they are, and written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from asyncpg import UniqueViolationError

from app.core.errors import Conflict, NotFound
from app.domain.contact import Contact
from app.store import customers, identity_sync
from app.store.scope import own_customers
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.sso_events import Email
    from app.domain.viewer import Viewer

TAKEN: Final = "Another customer has this e-mail address; an admin can merge the two"


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A locked customer's contact, and whether they have an account in the SSO."""

    contact: Contact
    has_account: bool


async def lock_contact(viewer: Viewer, customer_id: UUID) -> KnownContact:
    """Lock the customer and return how they are reached; raises like `customers.lock_to_write`."""
    await customers.lock_to_write(viewer, customer_id)
    row = await connection().fetchrow(
        "SELECT name, coalesce(email, '') AS email, phone, company, job_title, country, sso_user_id FROM customer"
        f" WHERE {own_customers(viewer)} AND customer.id = $2",
        viewer.id,
        customer_id,
    )
    if row is None:
        raise NotFound
    *contact, account = row
    return KnownContact(Contact(*contact), account is not None)


async def write_contact(viewer: Viewer, customer_id: UUID, changed: Mapping[str, str], now: datetime) -> None:
    """Write the fields that changed, but for the address, of a locked customer."""
    names = [name for name in ("name", "phone", "company", "job_title", "country") if name in changed]
    columns = "".join(f", {name} = ${number}" for number, name in enumerate(names, 4))
    await connection().execute(
        f"UPDATE customer SET updated_at = $3{columns} WHERE {own_customers(viewer)} AND customer.id = $2",
        viewer.id,
        customer_id,
        now,
        *(changed[name] for name in names),
    )


async def give_email(viewer: Viewer, customer_id: UUID, email: Email, now: datetime) -> None:
    """Give a locked customer another address; raises Conflict when another customer has it, whoever sees them."""
    holder = (await identity_sync.find_holders(viewer, [email.norm])).get(email.norm)
    if holder not in {None, customer_id}:
        raise Conflict(TAKEN)
    try:
        await identity_sync.give_emails(viewer, {customer_id: email}, now)
    except UniqueViolationError as error:
        raise Conflict(TAKEN) from error
