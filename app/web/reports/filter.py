"""A report's range in the URL: read leniently, said again exactly; what makes no sense is told and not followed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from litestar import Request

from app.core import clock
from app.core.settings import settings
from app.domain.characters import has_control_characters
from app.domain.identity import LONGEST_SUBJECT
from app.domain.report import (
    DAYS,
    FIRST_DAY,
    GROUPINGS,
    OF_TODAY,
    WIDER,
    Asked,
    Period,
    fault_of,
    last_days,
    presets,
)
from app.domain.viewer import Viewer
from app.web.asked import Link
from app.web.respond import zone

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

Asking = Request[Viewer, Any, Any]
FILTERS: Final = ("by", "from", "owner", "to")
OTHERS: Final = frozenset({"report", "who"})
SHOWN: Final = 40
INSTEAD: Final = f"so these are the last {DAYS} days."
OF_NO_DAYS: Final = "but this report goes by today and needs no range."


def read_asked(request: Asking, name: str = "") -> tuple[Asked, list[str]]:
    """Read what the report is asked for from the URL, with a notice for each thing that was ignored."""
    viewer, local = request.user, zone(request)
    wanted = {name: str(value).strip() for name, value in request.query_params.items()}
    notices = [
        f"“{name[:SHOWN]}” is no filter of a report and was ignored."
        for name in sorted(set(wanted) - set(FILTERS) - OTHERS)
    ][:3]
    today = clock.now().astimezone(local).date()
    period, fault = _period(wanted, today, local, OF_NO_DAYS if name in OF_TODAY else INSTEAD)
    owner = wanted.get("owner", "") if viewer.is_admin else ""
    if has_control_characters(owner) or len(owner) > LONGEST_SUBJECT:
        notices.append("The owner could not be read and was ignored.")
        owner = ""
    by = wanted.get("by", "")
    if by and by not in GROUPINGS:
        notices.append(f"“{by[:SHOWN]}” is no way to group leads and was ignored.")
    asked = Asked(period, today, settings().currency, owner, by if by in GROUPINGS else "source")
    return asked, [*notices, *([fault] if fault else [])]


def query_of(asked: Asked) -> str:
    """Return the query string that leads to these figures again; the usual range needs no words."""
    period = asked.period
    is_usual = period == last_days(asked.today, period.zone)
    values = {
        "by": "" if asked.by == "source" else asked.by,
        "from": "" if is_usual else period.first.isoformat(),
        "owner": asked.owner,
        "to": "" if is_usual else period.last.isoformat(),
    }
    return urlencode({name: value for name, value in values.items() if value})


def ranges(asked: Asked) -> list[Link]:
    """Return the ranges that are a click away."""
    return [
        Link(label, query_of(replace(asked, period=period)), period == asked.period)
        for label, period in presets(asked.today, asked.period.zone).items()
    ]


def groupings(asked: Asked) -> list[Link]:
    """Return the ways to group where leads came from."""
    return [Link(label, query_of(replace(asked, by=by)), by == asked.by) for by, label in GROUPINGS.items()]


def wider(asked: Asked) -> str:
    """Return the query of a whole year, empty when as much is shown already."""
    year = last_days(asked.today, asked.period.zone, WIDER)
    is_shown = asked.period.first <= year.first and asked.period.last >= year.last
    return "" if is_shown else query_of(replace(asked, period=year))


def _period(
    wanted: Mapping[str, str], today: date, local: ZoneInfo, instead: str
) -> tuple[Period, str | None]:
    usual = last_days(today, local)
    typed = {name: wanted[name] for name in ("from", "to") if wanted.get(name)}
    days: dict[str, date] = {}
    for name, text in typed.items():
        with suppress(ValueError):
            days[name] = date.fromisoformat(text)
    if wrong := next((text for name, text in typed.items() if name not in days), None):
        return usual, f"“{wrong[:SHOWN]}” is no date, {instead}"
    if not days:
        return usual, None
    last = days.get("to", today)
    first = days.get("from", last_days(max(last, FIRST_DAY), local).first)
    if fault := fault_of(first, last, today):
        return usual, f"{fault}, {instead}"
    return Period(first, last, local), None
