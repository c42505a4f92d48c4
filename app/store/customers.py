"""Customers: found or made by their normalised e-mail, read through the viewer's scope."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.core.errors import Conflict, Moved, NotFound
from app.domain.customer import Customer
from app.domain.lead import Lead, Money
from app.domain.viewer import Role
from app.store.read_together import Read, read_alone
from app.store.rows import optional_json
from app.store.scope import own_customers, own_sales
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.viewer import Viewer

_COLUMNS = """customer.id, customer.sso_user_id, customer.name, customer.email, customer.email_synced_at,
    customer.email_conflict, customer.phone, customer.company, customer.job_title, customer.country,
    customer.first_campaign, customer.last_campaign, customer.first_consent, customer.last_consent,
    customer.last_contact_at, customer.log_seq, customer.erased_at, customer.created_at"""


async def read_customer(
    viewer: Viewer, customer_id: UUID, leads: tuple[Lead, ...], currency: str
) -> Customer:
    """Return the customer with the viewer's `leads`; raises NotFound when it is not theirs to see, or Moved."""
    try:
        return replace(await read_alone(customer_read(viewer, customer_id, currency)), leads=leads)
    except NotFound:
        raise await missing(viewer, customer_id) from None


def customer_read(viewer: Viewer, customer_id: UUID, currency: str) -> Read[Customer]:
    """Return what reads the customer, without leads; it raises NotFound when it is not the viewer's to see."""
    sql = (
        f"SELECT {_COLUMNS}, {_clv(viewer)} AS clv FROM customer"
        f" WHERE {own_customers(viewer)} AND customer.id = $2"
    )

    def build(rows: Sequence[Mapping[str, Any]]) -> Customer:
        if not rows:
            raise NotFound
        return _to_customer(rows[0], (), currency)

    return Read(sql, (viewer.id, customer_id), build)


def _clv(viewer: Viewer) -> str:
    """Return what the viewer's lifetime value of a customer is made of: a rep's of the sales that are theirs."""
    if viewer.role is Role.SUPPORT:
        return "NULL::numeric"
    if viewer.role is Role.REP:
        theirs = f"sale.customer_id = customer.id AND {own_sales(viewer)}"
        return f"(SELECT coalesce(sum(sale.amount), 0) FROM sale WHERE {theirs})"
    return "customer.clv"


async def check_customer(viewer: Viewer, customer_id: UUID, lock: str = "") -> None:
    """Raise NotFound when there is no such customer, or it is not the viewer's to see; Moved when it was merged."""
    found = await connection().fetchval(
        f"SELECT 1 FROM customer WHERE {own_customers(viewer)} AND customer.id = $2 {lock}",
        viewer.id,
        customer_id,
    )
    if found is None:
        raise await missing(viewer, customer_id)


async def missing(viewer: Viewer, customer_id: UUID) -> NotFound:
    """Return what to raise for a customer who was not found: Moved where the viewer sees whom they were merged into."""
    survivor: UUID | None = await connection().fetchval(
        "SELECT customer.id FROM customer merged JOIN customer ON customer.id = merged.merged_into_id"
        f" WHERE {own_customers(viewer)} AND merged.id = $2",
        viewer.id,
        customer_id,
    )
    return NotFound() if survivor is None else Moved(customer_id, survivor)


async def merged_into(viewer: Viewer, customer_id: UUID) -> list[UUID]:
    """Return who was merged into a customer that the viewer was shown to see."""
    rows = await connection().fetch(
        "SELECT id FROM customer WHERE $1::text IS NOT NULL AND merged_into_id = $2", viewer.id, customer_id
    )
    return [row["id"] for row in rows]


async def is_erased(viewer: Viewer, customer_id: UUID) -> bool:
    """True for a customer whose person asked to be forgotten."""
    sql = f"SELECT erased_at IS NOT NULL FROM customer WHERE {own_customers(viewer)} AND customer.id = $2"
    return bool(await connection().fetchval(sql, viewer.id, customer_id))


async def lock_customer(viewer: Viewer, customer_id: UUID) -> None:
    """Lock the customer until the transaction ends; raises NotFound like `check_customer`."""
    await check_customer(viewer, customer_id, "FOR NO KEY UPDATE")


async def lock_to_write(viewer: Viewer, customer_id: UUID) -> None:
    """Lock the customer to write about them; raises NotFound like `check_customer`, and Conflict once erased."""
    row = await connection().fetchrow(
        f"SELECT erased_at FROM customer WHERE {own_customers(viewer)} AND customer.id = $2 FOR NO KEY UPDATE",
        viewer.id,
        customer_id,
    )
    if row is None:
        raise await missing(viewer, customer_id)
    if row["erased_at"] is not None:
        raise Conflict("This customer was erased; nothing can be written about them any more")


async def add_to_clv(viewer: Viewer, customer_id: UUID, amount: Any) -> None:
    """Add a won sale to the customer's lifetime value."""
    await connection().execute(
        f"UPDATE customer SET clv = clv + $3, updated_at = now() WHERE {own_customers(viewer)} AND customer.id = $2",
        viewer.id,
        customer_id,
        amount,
    )


def _to_customer(row: Mapping[str, Any], leads: tuple[Lead, ...], currency: str) -> Customer:
    return Customer(
        id=row["id"],
        sso_user_id=row["sso_user_id"],
        name=row["name"],
        email=row["email"],
        email_synced_at=row["email_synced_at"],
        email_conflict=row["email_conflict"],
        phone=row["phone"],
        company=row["company"],
        job_title=row["job_title"],
        country=row["country"],
        first_campaign=optional_json(row["first_campaign"]),
        last_campaign=optional_json(row["last_campaign"]),
        first_consent=optional_json(row["first_consent"]),
        last_consent=optional_json(row["last_consent"]),
        last_contact_at=row["last_contact_at"],
        clv=None if row["clv"] is None else Money(row["clv"], currency),
        entries=row["log_seq"],
        erased_at=row["erased_at"],
        created_at=row["created_at"],
        leads=leads,
    )
