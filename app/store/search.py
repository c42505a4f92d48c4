"""Find people by any part of name, company, e-mail or phone; by similar ones when hardly anybody fits exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import Stage
from app.domain.search import Hit
from app.domain.viewer import Role
from app.store.scope import own_leads
from app.store.transaction import connection
from app.store.where import Where, containing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.viewer import Viewer

ENOUGH: Final = 3
SIMILAR: Final = "0.4"  # of three-letter pieces in common: one wrong or missing letter in a name
_FIELDS: Final = ("customer.name", "customer.company", "customer.email_norm")
_FIND: Final = """
    SELECT customer.id, customer.name, customer.company, customer.email, newest.id AS lead_id, newest.stage
    FROM customer LEFT JOIN LATERAL (
        SELECT lead.id, lead.stage FROM lead WHERE lead.customer_id = customer.id AND {own}
        ORDER BY lead.closed_at DESC NULLS FIRST, lead.created_at DESC LIMIT 1
    ) newest ON true
    WHERE {where}
    ORDER BY {close} DESC, customer.created_at DESC, customer.id LIMIT {limit}"""


async def find(viewer: Viewer, q: str, limit: int) -> tuple[Hit, ...]:
    """Return who fits best, first those that contain `q`; people without an address were erased."""
    exact = await _find(viewer, q, limit, similar=False)
    if len(exact) >= ENOUGH:
        return exact
    await connection().execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {SIMILAR}")
    known = {hit.customer_id for hit in exact}
    similar = await _find(viewer, q, limit, similar=True)
    return (*exact, *(hit for hit in similar if hit.customer_id not in known))[:limit]


async def _find(viewer: Viewer, q: str, limit: int, *, similar: bool) -> tuple[Hit, ...]:
    where = Where(viewer, _own(viewer))
    text = where.bind(q)
    if similar:
        fits = [f"{text} <% {field}" for field in _FIELDS]
    else:
        pattern = where.bind(containing(q))
        fits = [f"{field} ILIKE {pattern}" for field in (*_FIELDS, "customer.phone")]
    where.add(f"customer.merged_into_id IS NULL AND ({' OR '.join(fits)})")
    close = f"greatest({', '.join(f'word_similarity({text}, {field})' for field in _FIELDS)})"
    sql = _FIND.format(own=own_leads(viewer), where=where, close=close, limit=limit)
    return tuple(_to_hit(row) for row in await connection().fetch(sql, *where.args))


def _own(viewer: Viewer) -> str:
    """Return the scope of `own_customers` in the form that begins with a rep's few leads."""
    if viewer.role is Role.REP:
        return f"customer.id IN (SELECT customer_id FROM lead WHERE {own_leads(viewer)})"
    return own_leads(viewer)


def _to_hit(row: Mapping[str, Any]) -> Hit:
    stage = Stage(row["stage"]) if row["stage"] else None
    return Hit(row["id"], row["name"], row["company"], row["email"], row["lead_id"], stage)
