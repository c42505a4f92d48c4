"""Everything that is held about a person, read in one snapshot, a few rows at a time; and finding who is meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.domain.person_file import is_theirs
from app.store.customer_list import COLUMNS, to_row
from app.store.person_tables import FORMS, SECTIONS, Json, Money
from app.store.scope import own_customers
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from uuid import UUID

    from app.domain.customer import CustomerRow
    from app.domain.viewer import Viewer
    from app.store.person_tables import Section

ROWS_AT_ONCE: Final = 200
AT_MOST: Final = 300  # seconds for a section; nobody waits for it but who asks
MOST_FOUND: Final = 20
_PLAIN: Final = re.compile(r"[!#-\[\]-~]+")  # stands in every JSON as it is
_WHOLE: Final = "SELECT id FROM customer WHERE $1::text IS NOT NULL AND (id = $2 OR merged_into_id = $2)"
_ACCOUNTS: Final = """
    SELECT DISTINCT sso_user_id FROM customer
    WHERE $1::text IS NOT NULL AND id = ANY($2) AND sso_user_id IS NOT NULL"""
# As an erasure finds them (tables/sql/86_accounts_where_they_stand.sql): not those another customer has by now.
_ADDRESSES: Final = """
    SELECT DISTINCT lower(address) AS address FROM (
        SELECT unnest(ARRAY[email, email_norm]) AS address FROM customer WHERE id = ANY($2)
        UNION ALL SELECT unnest(ARRAY[body::jsonb->>'old', body::jsonb->>'new'])
            FROM activity_text JOIN activity ON activity.id = activity_id
            WHERE activity.customer_id = ANY($2) AND kind = 'email_updated'
    ) AS known WHERE $1::text IS NOT NULL AND address <> ''
        AND NOT EXISTS (SELECT FROM customer WHERE email_norm = lower(address) AND id <> ALL($2))"""
# Their address of before, or that of a record that was merged into theirs: what somebody writes from years later.
_FORMER: Final = """
    SELECT {columns} FROM customer WHERE {own} AND customer.id IN (
        SELECT merged_into_id FROM customer WHERE email_norm = $2 AND merged_into_id IS NOT NULL
        UNION ALL SELECT coalesce(merged_into_id, customer.id) FROM activity
            JOIN activity_text ON activity_id = activity.id JOIN customer ON customer.id = activity.customer_id
            WHERE kind = 'email_updated' AND $2 IN (lower(body::jsonb->>'old'), lower(body::jsonb->>'new'))
    ) ORDER BY created_at DESC, id DESC LIMIT {most}"""


async def open_snapshot(_viewer: Viewer) -> None:
    """Let the open transaction see one moment only; it must be the transaction's first statement."""
    # It looks through all messages that name no customer: there is no index on what outsiders wrote.
    await connection().execute(
        f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL statement_timeout = '{AT_MOST}s'"
    )


async def read_person(
    viewer: Viewer, customer_id: UUID, currency: str
) -> AsyncIterator[tuple[str, dict[str, Any] | None]]:
    """Yield each section's name with None, then with its records, those of whoever was merged into them included."""
    whole = [row["id"] for row in await connection().fetch(_WHOLE, viewer.id, customer_id)]
    addresses = [row["address"] for row in await connection().fetch(_ADDRESSES, viewer.id, whole)]
    accounts = [row["sso_user_id"] for row in await connection().fetch(_ACCOUNTS, viewer.id, whole)]
    spelled_otherwise = not all(_PLAIN.fullmatch(account) for account in accounts)
    args = (whole, addresses, accounts, spelled_otherwise)
    for section in SECTIONS:
        yield section.name, None
        async for row in connection().cursor(
            _statement(section), *args, prefetch=ROWS_AT_ONCE, timeout=AT_MOST
        ):
            # A form that became nobody's lead may name the person and be somebody else's.
            if section.name != FORMS or row["customer/0"] or is_theirs(row["sent/0"], addresses):
                yield section.name, _to_record(section, row, currency)


async def find_former(viewer: Viewer, email_norm: str) -> tuple[CustomerRow, ...]:
    """Return who had this address once, whatever theirs is by now."""
    sql = _FORMER.format(columns=COLUMNS, own=own_customers(viewer), most=MOST_FOUND)
    rows = await connection().fetch(sql, viewer.id, email_norm)
    return tuple(to_row(row) for row in rows)


def _statement(section: Section) -> str:
    chosen = ", ".join(
        f'{column} AS "{name}/{number}"'
        for name, columns in section.columns.items()
        for number, column in enumerate(columns)
    )
    # Each statement takes the same four arguments, whichever it needs.
    return (
        f"SELECT {chosen} FROM {section.table} {section.joins}"
        " CROSS JOIN (SELECT $1::uuid[], $2::text[], $3::text[], $4::boolean) AS asked"
        f" WHERE {section.where} ORDER BY {section.order}"
    )


def _to_record(section: Section, row: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {name: _value(of, name, row, currency) for name, of in section.fields.items()}


def _value(of: str | Json | Money, name: str, row: Mapping[str, Any], currency: str) -> Any:
    value = row[f"{name}/0"]
    if value is None or isinstance(of, str):
        return value
    if isinstance(of, Json):
        return msgspec.Raw(value)  # as it was written, numbers too
    return {"amount": value, "currency": row[f"{name}/1"] if of.currency else currency}
