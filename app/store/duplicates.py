"""Customers who may be one person: the same phone number, or nearly the same name at nearly the same company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from app.domain.customer import Lookalike
from app.domain.merge import Candidate, CandidatePage
from app.domain.viewer import Role
from app.store import cursor as cursors
from app.store.scope import own_customers, own_words
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.domain.viewer import Viewer

MOST: Final = 5
# The same expression as in the index customer_by_digits. Extensions and area codes alone are no number.
_DIGITS = "regexp_replace(customer.phone, '[^0-9]', '', 'g')"
_SHORTEST: Final = 7
_SHORTEST_WORD: Final = 3
_NEAREST: Final = 50  # no more are looked at closely
_ALIKE: Final = 0.6


async def lookalikes(viewer: Viewer, customer_id: UUID) -> tuple[Lookalike, ...]:
    """Return the customers of the viewer's who look like this one, the likeliest first."""
    one = await connection().fetchrow(
        f"SELECT name, company, {_DIGITS} AS digits FROM customer"
        f" WHERE {own_customers(viewer)} AND customer.id = $2 AND erased_at IS NULL",
        viewer.id,
        customer_id,
    )
    if one is None:
        return ()
    rows = await connection().fetch(
        f"""
        SELECT customer.id, customer.name, customer.email, customer.company,
            length($5::text) >= {_SHORTEST} AND {_DIGITS} = $5 AS same_phone
        {_near(viewer)}
        WHERE {own_customers(viewer)} AND customer.id <> $2 AND customer.erased_at IS NULL AND (
            (length($5::text) >= {_SHORTEST} AND {_DIGITS} = $5)
            OR (customer.name % $3 AND similarity(customer.name, $3) >= {_ALIKE}
                AND (customer.company = $4 OR similarity(customer.company, $4) >= {_ALIKE})))
            AND NOT EXISTS (SELECT FROM distinct_pair
                WHERE one_id = least(customer.id, $2) AND other_id = greatest(customer.id, $2))
        ORDER BY same_phone DESC, similarity(customer.name, $3) DESC, customer.id LIMIT {MOST}""",
        viewer.id,
        customer_id,
        one["name"],
        one["company"],
        one["digits"],
        *([_parts(one["name"], one["digits"])] if viewer.role is Role.REP else []),
    )
    return tuple(Lookalike(*row) for row in rows)


def _near(viewer: Viewer) -> str:
    """Return who is compared: by the indexes over numbers and names, or of a rep's own who share a part of them, $6."""
    if viewer.role is Role.REP:
        found = f"""SELECT customer_id AS id FROM lead_words
            WHERE {own_words(viewer)} AND (words IS NULL OR words LIKE ANY($6)) GROUP BY customer_id
            ORDER BY max(CASE WHEN words IS NULL OR right(words, length($5)) = $5 THEN 2
                ELSE similarity(split_part(words, E'\\n', 1), lower($3)) END) DESC LIMIT {_NEAREST}"""
    else:
        found = f"""(SELECT id FROM customer
                WHERE left({_DIGITS}, 40) = left($5, 40) AND length({_DIGITS}) >= {_SHORTEST}
                AND merged_into_id IS NULL AND erased_at IS NULL LIMIT {_NEAREST})
            UNION (SELECT id FROM customer WHERE name % $3 ORDER BY similarity(name, $3) DESC LIMIT {_NEAREST})"""
    return f"FROM ({found}) near JOIN customer ON customer.id = near.id"


def _parts(name: str, digits: str) -> list[str]:
    """Return patterns, one of which everybody fits who looks alike: a longer word of the name, or the number."""
    words = [word for word in name.lower().split() if len(word) >= _SHORTEST_WORD] or [name.lower()]
    return [containing(part) for part in (*words, *([digits] if len(digits) >= _SHORTEST else []))]


# Who looks alike stands close together in one of two orders, which indexes keep (tables/sql/70_merge.sql): each is
# compared with the next ones, never everybody with everybody, and never more than so many at a time.
WALK: Final = 30_000
_ORDERS: Final = {
    "phone": (f"left({_DIGITS}, 40)", f"length({_DIGITS}) >= {_SHORTEST}", "near.place = walked.place"),
    "name": (
        "left(lower(customer.name), 100)",
        "true",
        f"""similarity(near.name, walked.name) >= {_ALIKE}
            AND (near.company = walked.company OR similarity(near.company, walked.company) >= {_ALIKE})""",
    ),
}
_WALKED: Final = (
    "SELECT customer.id, {place} AS place{more} FROM customer WHERE {where} AND erased_at IS NULL AND {own}"
)
_PAIRS: Final = """
    SELECT walked.place, one.id AS one_id, one.name AS one_name, one.email AS one_email, one.company AS one_company,
        one.phone AS one_phone, one.created_at AS one_created_at, other.id AS other_id, other.name AS other_name,
        other.email AS other_email, other.company AS other_company, other.phone AS other_phone,
        other.created_at AS other_created_at
    FROM ({walked} WINDOW next AS (ORDER BY {place}, customer.id) ORDER BY {place}, customer.id LIMIT {walk}) walked
    CROSS JOIN LATERAL (VALUES (1, id_1, place_1, name_1, company_1), (2, id_2, place_2, name_2, company_2))
        AS near (step, id, place, name, company)
    JOIN customer one ON one.id = walked.id JOIN customer other ON other.id = near.id
    WHERE {alike} AND NOT EXISTS (SELECT FROM distinct_pair
        WHERE one_id = least(walked.id, near.id) AND other_id = greatest(walked.id, near.id))
    ORDER BY walked.place, walked.id, near.step LIMIT {limit}"""
_NEAR: Final = "".join(
    f", lead({column}, {step}) OVER next AS {name}_{step}"
    for step in (1, 2)
    for name, column in (
        ("id", "customer.id"),
        ("place", "{place}"),
        ("name", "name"),
        ("company", "company"),
    )
)


async def find_pairs(viewer: Viewer, by: str, *, limit: int, cursor: str | None) -> CandidatePage:
    """Return pairs who look alike by `phone` or by `name`, in that order; raises Invalid for a bad cursor."""
    place, own, alike = _ORDERS[by]
    where = Where(viewer, own_customers(viewer))
    if cursor:
        after, last_id = cursors.decode(cursor, tuple[str, UUID])
        where.add(
            f"({place}, customer.id) > ({where.bind(after.replace(chr(0), ''))}, {where.bind(last_id)})"
        )
    walked = _WALKED.format(
        place=place, more=", name, company" + _NEAR.format(place=place), where=where, own=own
    )
    sql = _PAIRS.format(walked=walked, place=place, walk=WALK, alike=alike, limit=limit + 1)
    rows = await connection().fetch(sql, *where.args)
    if len(rows) > limit:  # A person's pairs stay on one page: the next begins behind them.
        rows = [row for row in rows if row["one_id"] != rows[-1]["one_id"]]
        return CandidatePage(_pairs(rows), cursors.encode(rows[-1]["place"], rows[-1]["one_id"]))
    further = _WALKED.format(place=place, more="", where=where, own=own)
    end = await connection().fetchrow(
        f"{further} ORDER BY {place}, customer.id OFFSET {WALK - 1} LIMIT 1", *where.args
    )
    return CandidatePage(_pairs(rows), cursors.encode(end["place"], end["id"]) if end else None)


def _pairs(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[Candidate, Candidate], ...]:
    return tuple((_candidate(row, "one"), _candidate(row, "other")) for row in rows)


def _candidate(row: Mapping[str, Any], side: str) -> Candidate:
    names = ("id", "name", "email", "company", "phone", "created_at")
    return Candidate(*(row[f"{side}_{name}"] for name in names))
