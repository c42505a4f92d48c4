"""The page one begins with: a rep's day, an admin's team, support's desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get

from app.core import clock
from app.domain.goal import days_left
from app.domain.my_day import TO_CALL
from app.domain.viewer import Viewer
from app.services.my_day import read_my_day, read_section
from app.services.team import read_team
from app.web import charts
from app.web.asked import number
from app.web.respond import page, redirect, zone

Asking = Request[Viewer, Any, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """How a section of the day is called, and why it is there."""

    title: str
    why: str


SECTIONS: Final = {
    "overdue": Words("Overdue", "The time of the follow-up has passed"),
    "today": Words("Today", "Planned for today"),
    "hot": Words("New and hot", "Nobody has spoken with them yet: every minute counts"),
    "rotting": Words("Rotting or without a next step", "The most valuable first"),
    "trouble": Words("Handoffs in trouble", "Onboarding has not received these sales yet"),
    "won": Words("Won this month", "The newest first"),
}
LONGEST_NUMBER: Final = 6


@get("/", name="home.show")
async def show_home(request: Asking) -> Response[str]:
    """Show what is due to a rep, or all of one section of it; the team to an admin. Support has its desk."""
    viewer, local = request.user, zone(request)
    if viewer.is_support:
        return redirect(request, "/tickets")
    now = clock.now().astimezone(local)
    today = f"{now:%A} {now.day} {now:%B}"
    if viewer.is_admin:
        team = await read_team(viewer, local)
        forecast, funnel = charts.forecast(team.forecast), charts.funnel(team.funnel)
        legend = charts.FORECAST
        return page(
            request,
            "home/team.html.jinja2",
            team=team,
            today=today,
            forecast=forecast,
            legend=legend,
            funnel=funnel,
            days_left=days_left(now.date()),
        )
    if (name := request.query_params.get("section", "")) in SECTIONS:
        return await _show_section(request, name, _since(now))
    day = await read_my_day(viewer, local)
    return page(
        request,
        "home/page.html.jinja2",
        day=day,
        today=today,
        greeting=_greeting(now, viewer),
        words=SECTIONS,
        to_call=sum(section.total for section in day.sections if section.name in TO_CALL),
        view="home",
        days_left=days_left(now.date()),
        spark=charts.sparkline([month.value for month in day.won]),
        since=_since(now),
    )


async def _show_section(request: Asking, name: str, since: int) -> Response[str]:
    first = number(request.query_params.get("from", ""), LONGEST_NUMBER)
    section = await read_section(request.user, zone(request), name, first)
    until = first + len(section.leads)
    more_url = f"/?section={name}&from={until}" if until < section.total else ""
    return page(
        request,
        "home/all.html.jinja2",
        section=section,
        words=SECTIONS,
        view=f"home-{name}",
        first=first,
        more_url=more_url,
        since=since,
    )


def _since(now: datetime) -> int:
    """Return the moment from which on the page is told of changes, as its stream is asked for them."""
    return int(now.timestamp() * 1_000)


def _greeting(now: datetime, viewer: Viewer) -> str:
    noon, evening = 12, 18
    part = "morning" if now.hour < noon else "afternoon" if now.hour < evening else "evening"
    return f"Good {part}, {viewer.name.partition(' ')[0]}"


routes = [show_home]
