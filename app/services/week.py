"""The week that is over, as an admin is told of it by e-mail."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from app.core.settings import settings
from app.domain.board import BoardFilter
from app.domain.goal import progress
from app.domain.permissions import check_administer
from app.domain.pipeline import OPEN_STAGES
from app.domain.report import Asked
from app.domain.week import RepWeek, Week, month_so_far, week_before
from app.store import board, goals, report_sums, staff_list
from app.store.read_together import read_alone
from app.store.transaction import reading

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    from app.domain.viewer import Viewer

NONE = Decimal(0)


async def read_week(viewer: Viewer, zone: ZoneInfo, monday: date) -> Week:
    """Return what the week before a Monday brought, the open pipeline, and what waits; raises Forbidden."""
    check_administer(viewer)
    currency, period = settings().currency, week_before(monday, zone)
    until_then = month_so_far(period.last, zone)
    async with reading(viewer, much=True):
        reps = await read_alone(report_sums.reps(viewer, Asked(period, monday, currency)))
        months = await read_alone(report_sums.reps(viewer, Asked(until_then, monday, currency)))
        goal_of = {rep.id: rep.goal for rep in await goals.list_goals(viewer, until_then.first, currency)}
        columns = await board.read_heads(viewer, BoardFilter(), OPEN_STAGES)
        waits = await staff_list.read_attention(viewer)
    won = {rep.id: rep.value for rep in months}
    return Week(
        period,
        tuple(
            RepWeek(
                *(rep.name, rep.came, rep.won, rep.lost, rep.value),
                progress(won.get(rep.id, NONE), goal_of.get(rep.id)),
            )
            for rep in reps
        ),
        sum(column.count for column in columns),
        sum((column.value for column in columns), NONE),
        waits,
        currency,
    )
