"""Find people by any part of name, company, e-mail or phone; by similar ones when hardly anybody fits exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import Stage
from app.domain.search import Hit, how_similar
from app.store.customer_list import COLUMNS, fits_text, newest, set_least_similarity
from app.store.scope import own_customers, own_leads
from app.store.transaction import connection
from app.store.where import Where

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.viewer import Viewer

# Where so many fit, the best of the newest are as good as any.
COMPARED: Final = 200
_FIND: Final = """
    SELECT customer.id, customer.name, customer.company, customer.email, newest.id AS lead_id, newest.stage
    FROM (
        SELECT fitting.*, word_similarity({text}, words) AS closeness
        FROM (SELECT {columns} {fitting}) fitting ORDER BY closeness DESC, created_at DESC, id LIMIT {limit}
    ) customer LEFT JOIN LATERAL (
        SELECT lead.id, lead.stage FROM lead WHERE lead.customer_id = customer.id AND {own}
        ORDER BY lead.closed_at IS NULL DESC, lead.created_at DESC LIMIT 1
    ) newest ON true
    ORDER BY closeness DESC, customer.created_at DESC, customer.id"""


async def find(viewer: Viewer, q: str, limit: int) -> tuple[Hit, ...]:
    """Return who fits best, first those that contain `q`; people without an address were erased.

    Similar ones follow where few fit.
    """
    exact = await _find(viewer, q, limit, similar=False)
    least = how_similar(q, len(exact))
    if least is None:
        return exact
    await set_least_similarity(least)
    known = {hit.customer_id for hit in exact}
    similar = await _find(viewer, q, limit, similar=True)
    return (*exact, *(hit for hit in similar if hit.customer_id not in known))[:limit]


async def _find(viewer: Viewer, q: str, limit: int, *, similar: bool) -> tuple[Hit, ...]:
    where = Where(viewer, own_customers(viewer))
    text = where.bind(q)
    fits = f"{text} <% words" if similar else fits_text(where, q)
    fitting = newest(where, fits) if similar else f"{newest(where, fits, enough=limit)} LIMIT {COMPARED}"
    sql = _FIND.format(own=own_leads(viewer), text=text, columns=COLUMNS, fitting=fitting, limit=limit)
    return tuple(_to_hit(row) for row in await connection().fetch(sql, *where.args))


def _to_hit(row: Mapping[str, Any]) -> Hit:
    stage = Stage(row["stage"]) if row["stage"] else None
    return Hit(row["id"], row["name"], row["company"], row["email"], row["lead_id"], stage)
