"""The customers a viewer may see, newest first, and those that fit what somebody types.

A rep's own lie together in `lead_words`, so a rep's search reads those and grows with the rep; everybody else's goes
through the index over all words. Either way the customer's own row decides in the end (tables/sql/72_search.sql).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.customer import CustomerPage, CustomerRow
from app.domain.viewer import Role
from app.store import cursor as cursors
from app.store.scope import own_customers, own_tickets, own_words
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.viewer import Viewer

SHORTEST_NUMBER: Final = 3
_COLUMNS: Final = """customer.id, customer.name, customer.email, customer.company, customer.phone,
    customer.last_contact_at, customer.created_at"""
# What is too long for the index has no words there, and is asked for by its customer.
_OWN: Final = """
    FROM (SELECT DISTINCT created_at, customer_id FROM lead_words WHERE {near}
        ORDER BY created_at DESC, customer_id DESC) own JOIN customer ON customer.id = own.customer_id
    WHERE {where} ORDER BY own.created_at DESC, own.customer_id DESC"""
_ALL: Final = "FROM customer WHERE {where} ORDER BY customer.created_at DESC, customer.id DESC"


async def list_customers(viewer: Viewer, *, q: str, limit: int, cursor: str | None) -> CustomerPage:
    """Return a page of the customers the viewer may see, newest first."""
    where = Where(viewer, own_customers(viewer))
    fits = fits_text(where, q) if q else ""
    sql = f"SELECT {_COLUMNS} {newest(where, fits, cursor)} LIMIT {limit + 1}"
    if q:
        await plan_for_these_words(viewer)
    rows = await connection().fetch(sql, *where.args)
    items = tuple(_to_row(row) for row in rows[:limit])
    more = len(rows) > limit
    return CustomerPage(items, cursors.encode(items[-1].created_at, items[-1].id) if more else None)


def newest(where: Where, fits: str, cursor: str | None = None) -> str:
    """Return FROM, WHERE and ORDER BY of the viewer's customers that fit, from the newest or the cursor on.

    `fits` speaks of `words` and of `{id}`, the customer's.
    """
    near, far = [own_words(where.viewer)], [str(where)]
    if fits:
        near.append(f"({fits.format(id='customer_id')} OR words IS NULL)")
        far.append(f"({fits.format(id='customer.id')})")
    if cursor:
        created_at, customer_id = cursors.decode(cursor, tuple[datetime, UUID])
        before = f"({where.bind(created_at)}, {where.bind(customer_id)})"
        near.append(f"(created_at, customer_id) < {before}")
        far.append(f"(customer.created_at, customer.id) < {before}")
    shape = _OWN if where.viewer.role is Role.REP else _ALL
    return shape.format(near=" AND ".join(near), where=" AND ".join(far))


async def plan_for_these_words(viewer: Viewer) -> None:
    """Let the next statement be planned for what it looks for: rare words want another way than common ones.

    But for a rep's own, which are read the same way whatever the words are.
    """
    if viewer.role is not Role.REP:
        await connection().execute("SET LOCAL plan_cache_mode = force_custom_plan")


def fits_text(where: Where, q: str) -> str:
    """Return what must hold for any fragment of name, e-mail, company, phone, or the number of a ticket."""
    ways = [f"words LIKE lower({where.bind(containing(q))})"]
    digits = re.sub(r"\D", "", q)
    if len(digits) >= SHORTEST_NUMBER and not re.search(r"[^\d\s()+./#-]", q):
        ways.append(f"words LIKE {where.bind(f'%{digits}%')}")
    if digits and re.fullmatch(r"#?\d{1,18}", q.strip()):
        number = where.bind(int(digits))
        theirs = f"SELECT customer_id FROM ticket WHERE {own_tickets(where.viewer)} AND number = {number}"
        ways.append(f"{{id}} = ANY(ARRAY({theirs}))")
    return " OR ".join(ways)


def _to_row(row: Mapping[str, Any]) -> CustomerRow:
    return CustomerRow(
        row["id"],
        row["name"],
        row["email"],
        row["company"],
        row["phone"],
        row["last_contact_at"],
        row["created_at"],
    )
