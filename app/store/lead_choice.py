"""The open leads that a filter chooses to be given to others, as they are now."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.pipeline import Stage
from app.domain.reassign import Chosen
from app.store.board_filter import OPEN
from app.store.lead_list import SORTS, list_where
from app.store.lead_text import with_text
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from app.domain.lead_list import LeadFilter
    from app.domain.viewer import Viewer

_FROM = "FROM lead LEFT JOIN customer ON customer.id = lead.customer_id"


async def choose_leads(
    viewer: Viewer, narrowed: LeadFilter, but_of: Sequence[str], limit: int
) -> list[Chosen]:
    """Return the first open leads that fit, but those of these people, in the order of the filter."""
    where, sort = list_where(viewer, narrowed), SORTS[narrowed.sort]
    where.add(f"{OPEN} AND (lead.assigned_to_id = ANY ({where.bind(list(but_of))}::text[])) IS NOT TRUE")
    first = f"ORDER BY {sort.by} DESC, lead.id DESC LIMIT {limit}"
    rows = await connection().fetch(
        "SELECT lead.id, version, stage, expected_value, score::int, assigned_to_id"
        f" {_FROM} WHERE {with_text(where, narrowed.on_board.q, f'lead.id, {sort.by} AS sort_key', first)} {first}",
        *where.args,
    )
    return [_chosen(row) for row in rows]


async def count_leads_of(viewer: Viewer, narrowed: LeadFilter, owners: Sequence[str]) -> int:
    """Return how many open leads that fit are already with one of these people."""
    where = list_where(viewer, narrowed)
    where.add(f"{OPEN} AND lead.assigned_to_id = ANY ({where.bind(list(owners))}::text[])")
    sql = f"SELECT count(*) {_FROM} WHERE {with_text(where, narrowed.on_board.q, 'lead.id')}"
    return await connection().fetchval(sql, *where.args) or 0


def _chosen(row: Mapping[str, Any]) -> Chosen:
    return Chosen(
        row["id"],
        row["version"],
        Stage(row["stage"]),
        row["expected_value"] or Decimal(0),
        row["score"],
        row["assigned_to_id"],
    )
