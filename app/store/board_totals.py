"""What stands in each column of the board altogether: kept by triggers where only the owner narrows, else counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.board import BoardFilter, closed_since
from app.store.lead_text import fitting_leads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.pipeline import Stage
    from app.store.where import Where

_CLOSED: Final = "('closed_won', 'closed_lost')"
_COUNTED: Final = """
    SELECT lead.stage, count(*) AS count, coalesce(sum(lead.expected_value), 0) AS value
    FROM {leads} GROUP BY lead.stage"""
# Totals that triggers keep cost the same with ten leads and with a million.
_KEPT: Final = f"""
    SELECT lead.stage, sum(lead.leads)::bigint AS count, sum(lead.value) AS value
    FROM (SELECT stage, leads, value, nullif(owner_id, '') AS assigned_to_id FROM lead_total) lead
    WHERE {{where}} AND lead.stage NOT IN {_CLOSED} GROUP BY lead.stage"""
_KEPT_CLOSED: Final = """
    SELECT stage, sum(leads)::bigint AS count, sum(value) AS value FROM closed_total
    WHERE closed_on >= ({since}::timestamptz AT TIME ZONE 'UTC')::date GROUP BY stage"""
_OWN_CLOSED: Final = f"lead WHERE {{where}} AND lead.stage IN {_CLOSED} AND lead.closed_at >= {{since}}"
_FITTING: Final = (
    "lead.id, lead.stage, lead.expected_value, lead.follow_up_at, lead.score, lead.created_at, lead.closed_at"
)


def since(where: Where) -> str:
    """Bind the moment since when what was closed is on the board."""
    return where.bind(closed_since(clock.now()))


def is_recent(where: Where) -> str:
    """Return the condition for what the board shows at all: what is open, and what was closed lately."""
    return f"(lead.closed_at IS NULL OR lead.closed_at >= {since(where)})"


def is_whole(narrowed: BoardFilter) -> bool:
    """Whether nothing but the owner narrows."""
    return narrowed == BoardFilter(owner=narrowed.owner, sort=narrowed.sort)


def fitting(where: Where, narrowed: BoardFilter) -> str:
    """Return the SELECT of the leads that fit a text."""
    return fitting_leads(where, narrowed.q, _FITTING)


def totals(where: Where, narrowed: BoardFilter, stages: Sequence[Stage]) -> str:
    """Return the SELECT of count and value of each of the stages."""
    if narrowed.q:
        return _COUNTED.format(leads=f"({fitting(where, narrowed)}) lead")
    if not is_whole(narrowed):
        return _COUNTED.format(leads=f"lead JOIN customer ON customer.id = lead.customer_id WHERE {where}")
    kept = _KEPT.format(where=where)
    if all(stage.is_open for stage in stages):
        return kept
    return f"{kept} UNION ALL {_closed(where, narrowed)}"


def _closed(where: Where, narrowed: BoardFilter) -> str:
    """Return the same of the closed stages: what one person closed lately is few, what all of them did is not."""
    if where.viewer.is_admin and not narrowed.owner:
        return _KEPT_CLOSED.format(since=since(where))
    return _COUNTED.format(leads=_OWN_CLOSED.format(where=where, since=since(where)))
