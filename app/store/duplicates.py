"""Customers who may be one person: the same phone number, or nearly the same name at nearly the same company."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.customer import Lookalike
from app.store.scope import own_customers
from app.store.transaction import connection

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.viewer import Viewer

MOST: Final = 5
# The same expression as the index customer_phone_digits_trgm. Extensions and area codes alone are no number.
_DIGITS = "regexp_replace(customer.phone, '[^0-9]', '', 'g')"
_SHORTEST: Final = 7
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
        FROM customer
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
    )
    return tuple(Lookalike(*row) for row in rows)
