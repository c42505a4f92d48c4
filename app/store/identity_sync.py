"""What the SSO says about people, written to customers and staff; the caller has decided that it is newer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.domain.sso_events import Known
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.sso_events import Email, UserNews
    from app.domain.viewer import Viewer

MOST_CONFLICTS: Final = 100


@dataclass(frozen=True, slots=True)
class SyncedCustomer:
    """A customer, locked, as far as the SSO is concerned."""

    id: UUID
    name: str
    email: str | None
    known: Mapping[str, Known]
    erased: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A customer whose address at the SSO another customer has here."""

    id: UUID
    email: str | None
    email_norm: str | None
    wanted: str


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """Such a conflict as an admin reads it; who holds the address may have moved on meanwhile."""

    id: UUID
    name: str
    wanted: str
    holder_id: UUID | None
    holder_name: str | None


async def lock_staff_state(_viewer: Viewer, user_id: str) -> dict[str, Known] | None:
    """Lock somebody of the staff and return how new each part of them is; None for nobody."""
    row = await connection().fetchrow(
        "SELECT email_version, email_synced_at, name_version, name_synced_at, active_version, active_synced_at"
        " FROM staff WHERE id = $1 FOR NO KEY UPDATE",
        user_id,
    )
    return None if row is None else _known(row, "email", "name", "active")


def _known(row: Mapping[str, Any], *parts: str) -> dict[str, Known]:
    return {part: Known(row[f"{part}_version"], row[f"{part}_synced_at"]) for part in parts}


async def update_staff(_viewer: Viewer, news: UserNews, known: Mapping[str, Known], now: datetime) -> None:
    """Write name, e-mail and activity of somebody of the staff, as far as the news speaks of them."""
    await connection().execute(
        "UPDATE staff SET name = coalesce($2, name), email = coalesce($3, email),"
        " active = coalesce($4, active), updated_at = $5, email_version = $6, email_synced_at = $7,"
        " name_version = $8, name_synced_at = $9, active_version = $10, active_synced_at = $11 WHERE id = $1",
        news.user_id,
        news.name,
        news.email and news.email.written,
        news.active,
        now,
        *_told(known, "email", "name", "active"),
    )


async def lock_customer_of(_viewer: Viewer, news: UserNews) -> SyncedCustomer | None:
    """Lock the customer with this account, else one without any account who has the address; or None."""
    row = await connection().fetchrow(f"{_LOCK} WHERE sso_user_id = $1 FOR NO KEY UPDATE", news.user_id)
    if row is None:
        norms = [norm for norm in (news.previous_norm, news.email and news.email.norm) if norm]
        # Whoever waited for the row saw whose address it was before: a second look says whose it is now.
        row = await connection().fetchrow(_LOCK_BY_EMAIL, norms)
        row = row and await connection().fetchrow(_LOCK_BY_EMAIL, norms)
    if row is None:
        return None
    known = _known(row, "email", "name")
    return SyncedCustomer(row["id"], row["name"], row["email"], known, row["erased_at"] is not None)


_LOCK = """SELECT id, name, email, email_version, email_synced_at, name_version, name_synced_at, erased_at
    FROM customer"""
# Whoever was merged keeps the address; the account belongs to who is left.
_LOCK_BY_EMAIL = f"""{_LOCK} WHERE sso_user_id IS NULL AND merged_into_id IS NULL AND id = (
    SELECT coalesce(found.merged_into_id, found.id) FROM customer found
    JOIN customer person ON person.id = coalesce(found.merged_into_id, found.id)
    WHERE person.sso_user_id IS NULL AND found.email_norm = ANY($1)
    ORDER BY array_position($1, found.email_norm) LIMIT 1) FOR NO KEY UPDATE"""


async def find_holders(_viewer: Viewer, norms: Sequence[str]) -> dict[str, UUID]:
    """Return which customer has which of these addresses; of a merged one, who is left."""
    rows = await connection().fetch(
        "SELECT email_norm, coalesce(merged_into_id, id) AS id FROM customer WHERE email_norm = ANY($1)",
        list(norms),
    )
    return {row["email_norm"]: row["id"] for row in rows}


async def update_customer(
    _viewer: Viewer, customer_id: UUID, news: UserNews, known: Mapping[str, Known], now: datetime
) -> None:
    """Write account, name and how new each part is; `give_emails` or `note_conflict` write the e-mail."""
    await connection().execute(
        "UPDATE customer SET sso_user_id = $2, name = coalesce($3, name), updated_at = $4, email_version = $5,"
        " email_synced_at = $6, name_version = $7, name_synced_at = $8 WHERE id = $1",
        customer_id,
        news.user_id,
        news.name,
        now,
        *_told(known, "email", "name"),
    )


def _told(known: Mapping[str, Known], *parts: str) -> list[object]:
    return [value for part in parts for value in (known[part].version, known[part].at)]


async def note_conflict(_viewer: Viewer, customer_id: UUID, wanted: str | None) -> bool:
    """Note the address the SSO asks for that another customer has, or that there is none; False when that is known."""
    sql = """UPDATE customer SET email_conflict = $2 WHERE id = $1 AND email_conflict IS DISTINCT FROM $2
        RETURNING true"""
    return bool(await connection().fetchval(sql, customer_id, wanted))


async def find_conflicts(_viewer: Viewer) -> list[Conflict]:
    """Return every customer with a conflict."""
    rows: Sequence[Mapping[str, Any]] = await connection().fetch(_CONFLICTS)
    return [Conflict(**row) for row in rows]


async def lock_conflicts(_viewer: Viewer, ids: Sequence[UUID]) -> list[Conflict]:
    """Lock those of these customers that still have a conflict."""
    locking = f"{_CONFLICTS} AND id = ANY($1) ORDER BY id FOR NO KEY UPDATE"
    rows: Sequence[Mapping[str, Any]] = await connection().fetch(locking, ids)
    return [Conflict(**row) for row in rows]


_CONFLICTS = """SELECT id, email, email_norm, email_conflict AS wanted FROM customer
    WHERE email_conflict IS NOT NULL AND erased_at IS NULL"""


async def list_conflicts(_viewer: Viewer) -> list[ConflictLine]:
    """Return the customers with a conflict, and who has the address."""
    rows: list[Any] = await connection().fetch(
        "SELECT customer.id, customer.name, customer.email_conflict AS wanted, holder.id AS holder_id,"
        " holder.name AS holder_name FROM customer"
        " LEFT JOIN customer found ON found.email_norm = lower(customer.email_conflict)"
        " LEFT JOIN customer holder ON holder.id = coalesce(found.merged_into_id, found.id)"
        f" WHERE customer.email_conflict IS NOT NULL ORDER BY customer.id LIMIT {MOST_CONFLICTS}"
    )
    return [ConflictLine(**row) for row in rows]


async def give_emails(_viewer: Viewer, given: Mapping[UUID, Email], now: datetime) -> None:
    """Give each customer their address; all give up the old one first: two may have exchanged theirs.

    Where somebody merged into them had it, that one keeps the old address findable instead.
    """
    norms = [email.norm for email in given.values()]
    kept = await connection().fetch(_KEPT, norms)
    if kept or len(given) > 1:
        everybody = [*given, *(row["id"] for row in kept)]
        await connection().execute(
            "UPDATE customer SET email = NULL, email_norm = NULL WHERE id = ANY($1)", everybody
        )
    await connection().executemany(
        "UPDATE customer SET email = $2, email_norm = $3, email_conflict = NULL, updated_at = $4"
        " WHERE id = $1",
        [(customer_id, email.written, email.norm, now) for customer_id, email in given.items()],
    )
    await connection().executemany(
        "UPDATE customer SET email = $2, email_norm = $3 WHERE id = $1",
        [(row["id"], row["email"], row["email_norm"]) for row in kept if row["email_norm"] not in norms],
    )


_KEPT = """
    SELECT merged.id, person.email, person.email_norm
    FROM customer merged JOIN customer person ON person.id = merged.merged_into_id
    WHERE merged.email_norm = ANY($1)"""
