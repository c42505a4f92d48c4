"""The team's week in words, as text and as HTML: reps and sums, no customers; nothing is fetched from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.core.settings import settings
from app.domain.digest import SENT_AT, Letter
from app.web.formats import amount, plural
from app.web.templating import Reader, render

if TYPE_CHECKING:
    from datetime import date

    from app.domain.digest import WeeklyDigest
    from app.domain.goal import Progress
    from app.domain.staff import Attention
    from app.domain.week import RepWeek, Week

MOST_REPS: Final = 30
# What waits: of what, in which state, and where it is.
WAITS: Final = {
    "failing_events": ("hand-off", "in trouble", "/admin/events?state=failing"),
    "held_forms": ("form", "held for a decision", "/admin/captures?outcome=held"),
    "dead_events": ("sign-in event", "that could not be applied", "/admin/inbox?status=dead"),
    "email_conflicts": ("customer", "with an address that another one has", "/admin/inbox#conflicts"),
    "unassigned_leads": ("open lead", "without an owner", "/admin/reassign?owner=none"),
    "leads_of_inactive": ("open lead", "with somebody who is deactivated", "/admin/staff"),
    "open_erasures": ("erasure", "waiting for a second person", "/admin/erasures"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is told, and where it is."""

    words: str
    url: str


def write_week(digest: WeeklyDigest) -> Letter:
    """Write it."""
    week, period = digest.week, digest.week.period
    told = [rep for rep in week.reps if rep.won or rep.lost or rep.month]
    shown: dict[str, Any] = {
        "subject": f"Last week: {week.won:,} won, {week.lost:,} lost, {week.came:,} arrived",
        "days": f"{_day(period.first)} to {_day(period.last)}",
        "brought": f"{_won(week, week.currency)}, {week.lost:,} lost, {week.came:,} arrived",
        "reps": [_rep(rep, week) for rep in told[:MOST_REPS]],
        "more": len(told[MOST_REPS:]),
        "reps_url": f"{settings().public_url}/reports/reps?from={period.first}&to={period.last}",
        "pipeline": _pipeline(week),
        "waits": _waits(week.waits),
        "home_url": f"{settings().public_url}/",
        "off_url": digest.off_url,
        "why": f"You get this on Mondays at {SENT_AT:%H:%M} ({digest.zone.key}), when there is something to say.",
    }
    html = render("mail/weekly.html.jinja2", Reader(digest.viewer, zone=digest.zone), **shown)
    return Letter(shown["subject"], _text(shown), html)


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def _won(it: Week | RepWeek, currency: str) -> str:
    return f"{it.won:,} won" + (f" for {amount(it.value, currency)}" if it.value else "")


def _rep(rep: RepWeek, week: Week) -> str:
    name = " ".join(rep.name.split()) or "Nobody"
    words = f"{name}: {_won(rep, week.currency)}, {rep.lost:,} lost"
    return words + (f". {week.period.last:%B}: {_goal(rep.month, week.currency)}" if rep.month else "")


def _goal(month: Progress, currency: str) -> str:
    reached = ", goal reached" if month.is_reached else ""
    return f"{amount(month.won, currency)} of {amount(month.goal, currency)}{reached}, {month.percent:,} %"


def _pipeline(week: Week) -> str:
    ended = week.won + week.lost
    more = week.came - ended
    change = f"{abs(more):,} {'more' if more > 0 else 'fewer'} than before" if more else "as many as before"
    return (
        f"{plural(week.open_leads, 'open lead')} worth {amount(week.open_value, week.currency)}."
        f" Last week {week.came:,} arrived and {ended:,} ended: {change}."
    )


def _waits(waits: Attention) -> list[Line]:
    found = {name: getattr(waits, name) for name in WAITS}
    return [
        Line(f"{plural(number, WAITS[name][0])} {WAITS[name][1]}", f"{settings().public_url}{WAITS[name][2]}")
        for name, number in found.items()
        if number
    ]


def _text(shown: dict[str, Any]) -> str:
    lines = [shown["days"], "", shown["brought"], ""]
    lines += ["By rep", "", *(f"* {words}" for words in shown["reps"])] if shown["reps"] else []
    lines += [f"* and {shown['more']} more"] if shown["more"] else []
    lines += [f"The week in the report: {shown['reps_url']}", "", "Open pipeline", "", shown["pipeline"], ""]
    waits: list[Line] = shown["waits"]
    lines += ["Waiting for an administrator", ""] if waits else []
    for line in waits:
        lines += [f"* {line.words}", f"  {line.url}"]
    lines += [""] if waits else []
    lines += [
        f"The team today: {shown['home_url']}",
        "",
        "-- ",
        shown["why"],
        f"Turn it off: {shown['off_url']}",
    ]
    return "\n".join([*lines, ""])
