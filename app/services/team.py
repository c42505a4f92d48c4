"""The team as an admin begins with it, and the reps a lead can be given to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.settings import settings
from app.domain.board import BoardFilter
from app.domain.my_day import today_of
from app.domain.permissions import can_assign_lead, check_administer
from app.domain.pipeline import OPEN_STAGES
from app.domain.report import Asked, last_days
from app.domain.team import Offer, Team
from app.store import board, report_sums, reports, team
from app.store.read_together import read_alone
from app.store.transaction import reading

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.team import Rep
    from app.domain.viewer import Viewer

MOST_FOUND: Final = 50
FEW: Final = 20  # so many are chosen from a list; among more one looks for somebody


async def read_team(viewer: Viewer, zone: ZoneInfo) -> Team:
    """Return the team's pipeline, forecast, funnel and what needs a hand; raises Forbidden."""
    check_administer(viewer)
    now = clock.now()
    today, day = today_of(now, zone), now.astimezone(zone).date()
    asked = Asked(last_days(day, zone), day, settings().currency)
    async with reading(viewer, much=True):
        return Team(
            columns=await board.read_heads(viewer, BoardFilter(), OPEN_STAGES),
            forecast=await read_alone(report_sums.forecast(viewer, asked)),
            funnel=await read_alone(reports.funnel(viewer, asked)),
            reps=await team.read_reps(viewer, today, asked.currency),
            pulse=await team.read_pulse(viewer, today),
            currency=asked.currency,
        )


async def offer_reps(viewer: Viewer, chosen: str, words: str) -> Offer | None:
    """Return whom the viewer can give a lead to, who is chosen already among them; None for who cannot."""
    if not can_assign_lead(viewer):
        return None
    async with reading(viewer):
        found = await team.find_reps(viewer, words, FEW + 1)
        shown = found[:FEW]
        if chosen and chosen not in {rep.id for rep in shown}:
            theirs = await team.read_rep(viewer, chosen)
            shown = (*shown, *theirs) if words else (*theirs, *shown)
    return Offer(shown, words, min(len(found), FEW), has_more=len(found) > FEW)


async def find_reps(viewer: Viewer, words: str) -> tuple[tuple[Rep, ...], bool]:
    """Return the first reps that have all the words in name or e-mail, and whether there are more; raises Forbidden."""
    check_administer(viewer)
    async with reading(viewer):
        found = await team.find_reps(viewer, words, MOST_FOUND + 1)
    return found[:MOST_FOUND], len(found) > MOST_FOUND
