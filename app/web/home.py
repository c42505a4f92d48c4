"""The page one begins with: a rep's day, an admin's team, support's desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get

from app.core import clock
from app.domain.viewer import Viewer
from app.services.my_day import read_my_day
from app.services.team import read_team
from app.web import charts
from app.web.respond import page, redirect, zone

Asking = Request[Viewer, Any, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """How a section of the day is called, why it is there, and where the rest of it is."""

    title: str
    why: str
    rest: str


SECTIONS: Final = {
    "overdue": Words("Overdue", "The time of the follow-up has passed", "/board?due=late"),
    "today": Words("Today", "Planned for today", "/board?due=today"),
    "hot": Words("New and hot", "Nobody has spoken with them yet: every minute counts", "/board?score=hot"),
    "rotting": Words("Rotting or without a next step", "The most valuable first", "/board?due=none"),
    "trouble": Words(
        "Handoffs in trouble", "Onboarding has not received these sales yet", "/board/closed_won"
    ),
}


@get("/", name="home.show")
async def show_home(request: Asking) -> Response[str]:
    """Show what is due to a rep, the team to an admin; support has its desk."""
    viewer, local = request.user, zone(request)
    if viewer.is_support:
        return redirect(request, "/tickets")
    now = clock.now().astimezone(local)
    today = f"{now:%A} {now.day} {now:%B}"
    if viewer.is_admin:
        team = await read_team(viewer, local)
        forecast, funnel = charts.forecast(team), charts.funnel(team)
        return page(
            request, "home/team.html.jinja2", team=team, today=today, forecast=forecast, funnel=funnel
        )
    day = await read_my_day(viewer, local)
    return page(
        request,
        "home/page.html.jinja2",
        day=day,
        today=today,
        greeting=_greeting(now, viewer),
        words=SECTIONS,
        spark=charts.sparkline(day.won.by_day),
    )


def _greeting(now: datetime, viewer: Viewer) -> str:
    noon, evening = 12, 18
    part = "morning" if now.hour < noon else "afternoon" if now.hour < evening else "evening"
    return f"Good {part}, {viewer.name.partition(' ')[0]}"


routes = [show_home]
