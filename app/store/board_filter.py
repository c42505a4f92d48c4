"""The board's filter as a WHERE: the columns, their totals and a single card are narrowed by the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.board import BANDS, end_of_day
from app.domain.pipeline import ROT_AFTER_DAYS
from app.store.lead_text import fits_customer
from app.store.scope import own_leads
from app.store.where import Where

if TYPE_CHECKING:
    from app.domain.board import BoardFilter
    from app.domain.viewer import Viewer

_DAYS: Final = " ".join(f"WHEN '{stage.value}' THEN {days}" for stage, days in ROT_AFTER_DAYS.items())
# The same moment as app/domain/board.rots_at.
ROTS_AT: Final = (
    "greatest(lead.stage_entered_at, customer.last_contact_at)"
    f" + make_interval(days => CASE lead.stage {_DAYS} END)"
)
OPEN: Final = "lead.closed_at IS NULL"


def card_where(viewer: Viewer, narrowed: BoardFilter) -> Where:
    """Return the condition for a few leads at hand, the text included; it needs `customer` joined."""
    where = board_where(viewer, narrowed)
    if narrowed.q:
        where.add(fits_customer(where, narrowed.q))
    return where


def board_where(viewer: Viewer, narrowed: BoardFilter) -> Where:
    """Return the viewer's leads that fit the filter but for its text, which `store/lead_text` looks up.

    It needs `customer` joined unless only the owner narrows.
    """
    where = Where(viewer, own_leads(viewer))
    _add_owner(where, narrowed)
    if narrowed.source:
        where.add(f"lead.source = {where.bind(narrowed.source)}")
    if narrowed.score:
        lowest, highest = BANDS[narrowed.score]
        where.add(f"lead.score BETWEEN {lowest} AND {highest}")
    if narrowed.least is not None:
        where.add(f"lead.expected_value >= {where.bind(narrowed.least)}")
    if narrowed.most is not None:
        where.add(f"lead.expected_value <= {where.bind(narrowed.most)}")
    _add_due(where, narrowed)
    if narrowed.rotting:
        where.add(rotten(where.bind(clock.now())))
    return where


def owner_id(viewer: Viewer, narrowed: BoardFilter) -> str:
    """Return whose leads are meant: `me` in a link is whoever follows it."""
    return viewer.id if narrowed.owner == "me" else narrowed.owner


def rotten(now: str) -> str:
    """Return the condition for leads that rot at the bound moment `now`."""
    unplanned = f"(lead.follow_up_at IS NULL OR lead.follow_up_at <= {ROTS_AT})"
    return f"{OPEN} AND {ROTS_AT} <= {now} AND {unplanned} AND lead.status <> 'nurturing'"


def _add_owner(where: Where, narrowed: BoardFilter) -> None:
    if narrowed.owner == "none":
        where.add("lead.assigned_to_id IS NULL")
    elif narrowed.owner:
        where.add(f"lead.assigned_to_id = {where.bind(owner_id(where.viewer, narrowed))}")


def _add_due(where: Where, narrowed: BoardFilter) -> None:
    if not narrowed.due:
        return
    now = clock.now()
    where.add(OPEN)
    if narrowed.due == "none":
        where.add("lead.follow_up_at IS NULL")
    elif narrowed.due == "nurturing":
        where.add("lead.status = 'nurturing'")
    elif narrowed.due == "late":
        where.add(f"lead.follow_up_at <= {where.bind(now)}")
    elif narrowed.due == "today":
        tomorrow = end_of_day(now, narrowed.zone)
        where.add(f"lead.follow_up_at > {where.bind(now)} AND lead.follow_up_at < {where.bind(tomorrow)}")
    else:
        where.add(f"lead.follow_up_at >= {where.bind(end_of_day(now, narrowed.zone))}")
