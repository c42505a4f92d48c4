"""The customers a viewer may see, newest first, and those that fit, or nearly fit, what somebody types.

A rep's own lie together in `lead_words`, so a rep's search reads those and grows with the rep. Everybody else's goes
through the newest, then through the index over all words. Either way the customer's own row decides in the end
(tables/sql/72_search.sql).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.customer import CustomerPage, CustomerRow
from app.domain.search import how_similar, sought_digits, sought_words
from app.domain.viewer import Role
from app.store import cursor as cursors
from app.store.lifetime import add_band
from app.store.scope import own_customers, own_tickets, own_words
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.viewer import Viewer

MOST_SIMILAR: Final = 20
# Among so many of the newest, common words are found; the index finds the rare ones, and is slow with common ones.
RECENT: Final = 1_000
_INDEXED: Final = re.compile(r"\w{3}")
COLUMNS: Final = """customer.id, customer.name, customer.email, customer.company, customer.phone,
    customer.last_contact_at, customer.created_at, customer.words"""
# What is too long for the index has no words there. OFFSET 0: one customer after the other, until there are enough.
_OWN: Final = """
    FROM (SELECT DISTINCT created_at, customer_id FROM lead_words WHERE {near}
        ORDER BY created_at DESC, customer_id DESC) own
    CROSS JOIN LATERAL (SELECT {columns} FROM customer
        WHERE customer.id = own.customer_id AND {where} AND {fits} OFFSET 0) customer
    ORDER BY own.created_at DESC, own.customer_id DESC"""
_ALL: Final = "FROM customer WHERE {where} AND {fits} ORDER BY customer.created_at DESC, customer.id DESC"
# The planner may not know how common a word is: behind row security no pattern is tried on its statistics.
_COMMON_OR_RARE: Final = """
    FROM (
        WITH recent AS MATERIALIZED (SELECT {columns} FROM customer WHERE {where}
            ORDER BY customer.created_at DESC, customer.id DESC LIMIT {recent}),
        near AS MATERIALIZED (SELECT * FROM recent customer WHERE {fits})
        SELECT * FROM near UNION ALL
        SELECT * FROM (SELECT {columns} FROM customer WHERE {where} AND {fits} OFFSET 0) far
        WHERE (SELECT count(*) FROM near) < {enough}
            AND (created_at, id) < (SELECT created_at, id FROM recent ORDER BY created_at, id LIMIT 1)
    ) customer ORDER BY customer.created_at DESC, customer.id DESC"""


async def list_customers(viewer: Viewer, *, q: str, limit: int, cursor: str | None) -> CustomerPage:
    """Return a page of the customers the viewer may see, newest first."""
    return _to_page(await _fitting(viewer, q, limit + 1, cursor), limit)


async def find_customers(
    viewer: Viewer, *, q: str, limit: int, cursor: str | None, band: str = ""
) -> CustomerPage:
    """Return a page of those who fit: the best first where one page holds them all, else newest first.

    Where hardly anybody fits, similar ones follow. Either way they are of that `band` of lifetime value, if any.
    """
    rows = await _fitting(viewer, q, limit + 1, cursor, band)
    if not q or cursor or len(rows) > limit:
        return _to_page(rows, limit)
    rows.sort(key=lambda row: row["closeness"], reverse=True)
    least = how_similar(q, len(rows))
    known = {row["id"] for row in rows}
    similar = await _similar(viewer, q, least, band) if least else []
    items = [*rows, *(row for row in similar if row["id"] not in known)]
    return CustomerPage(tuple(map(to_row, items)), None, exact=len(rows))


async def set_least_similarity(least: float) -> None:
    """Say for this transaction how similar words must be for `<%`."""
    await connection().execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {least}")


async def _fitting(
    viewer: Viewer, q: str, most: int, cursor: str | None, band: str = ""
) -> list[Mapping[str, Any]]:
    where = _of_band(viewer, band)
    fits = fits_text(where, q) if q else ""
    found = newest(where, fits, enough=most, cursor=cursor)
    closeness = f"word_similarity({where.bind(q)}, customer.words)" if q else "0"
    return await connection().fetch(
        f"SELECT {COLUMNS}, {closeness} AS closeness {found} LIMIT {most}", *where.args
    )


async def _similar(viewer: Viewer, q: str, least: float, band: str) -> list[Mapping[str, Any]]:
    await set_least_similarity(least)
    where = _of_band(viewer, band)
    text = where.bind(q)
    return await connection().fetch(
        f"SELECT * FROM (SELECT {COLUMNS} {newest(where, f'{text} <% words')}) alike"
        f" ORDER BY word_similarity({text}, words) DESC, created_at DESC, id LIMIT {MOST_SIMILAR}",
        *where.args,
    )


def _of_band(viewer: Viewer, band: str) -> Where:
    where = Where(viewer, own_customers(viewer))
    add_band(where, band)
    return where


def newest(where: Where, fits: str, *, enough: int = 0, cursor: str | None = None) -> str:
    """Return FROM, WHERE and ORDER BY of the viewer's customers that fit, from the newest or the cursor on.

    `fits` speaks of `words` and of `{id}`, the customer's. The older ones may be missing where `enough` newer ones fit.
    """
    near = [own_words(where.viewer)]
    if fits:
        near.append(f"({fits.format(id='customer_id')} OR words IS NULL)")
    if cursor:
        created_at, customer_id = cursors.decode(cursor, tuple[datetime, UUID])
        before = f"({where.bind(created_at)}, {where.bind(customer_id)})"
        near.append(f"(created_at, customer_id) < {before}")
        where.add(f"(customer.created_at, customer.id) < {before}")
    everybody = _COMMON_OR_RARE if fits and enough else _ALL
    shape = _OWN if where.viewer.role is Role.REP else everybody
    return shape.format(
        columns=COLUMNS,
        near=" AND ".join(near),
        where=where,
        fits=f"({fits.format(id='customer.id')})" if fits else "true",
        recent=RECENT,
        enough=enough,
    )


def fits_text(where: Where, q: str) -> str:
    """Return what must hold for every word in name, e-mail, company or phone, or for a number, also a ticket's."""
    digits = sought_digits(q)
    words = (q,) if digits else sought_words(q)
    ways = [" AND ".join(f"{_searched(word)} LIKE lower({where.bind(containing(word))})" for word in words)]
    if digits:
        ways.append(f"words LIKE {where.bind(f'%{digits}%')}")
    if re.fullmatch(r"#?\d{1,18}", q.strip()):
        number = where.bind(int(q.strip().removeprefix("#")))
        theirs = f"SELECT customer_id FROM ticket WHERE {own_tickets(where.viewer)} AND number = {number}"
        ways.append(f"{{id}} = ANY(ARRAY({theirs}))")
    return " OR ".join(ways)


def _searched(word: str) -> str:
    # Without three letters in a row the index would be read from end to end, which takes longer than the rows.
    return "words" if _INDEXED.search(word) else "(words || '')"


def _to_page(rows: Sequence[Mapping[str, Any]], limit: int) -> CustomerPage:
    items = tuple(to_row(row) for row in rows[:limit])
    more = len(rows) > limit
    return CustomerPage(items, cursors.encode(items[-1].created_at, items[-1].id) if more else None)


def to_row(row: Mapping[str, Any]) -> CustomerRow:
    """Return one line of the list, of `COLUMNS`."""
    return CustomerRow(
        row["id"],
        row["name"],
        row["email"],
        row["company"],
        row["phone"],
        row["last_contact_at"],
        row["created_at"],
    )
