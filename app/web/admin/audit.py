"""The audit: who signed in, took data out or changed how the CRM works, and what was refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from litestar import Request, Response, get
from litestar.response import Stream

from app.domain.audit import KINDS, AuditFilter, AuditLine
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services.audit import export_audit, read_audit
from app.web.board.filter import Query, Reading, said
from app.web.guards import needs
from app.web.respond import file_called, page, zone

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/audit"
PAGE: Final = 50
NEEDS: Final = needs(check_administer)
# Of what an id is: what it is called where it has no name, and the page that shows it.
PLACES: Final = {
    "capture": ("a form", "/admin/captures/{}"),
    "client": ("", "/admin/clients"),
    "customer": ("a customer", "/customers/{}"),
    "event": ("an event", "/admin/events/{}"),
    "import": ("a table", "/admin/imports/{}"),
    "lead": ("a lead", "/leads/{}"),
    "reassignment": ("a reassignment", "/admin/reassign/{}"),
    "report": ("", "/reports/{}"),
    "sink": ("", "/admin/events"),
    "staff": ("", "/admin/audit?person={}"),
    "version": ("", "/admin/scoring"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The audit's filter as it stands in the URL, in days of the reader's zone."""

    zone: ZoneInfo
    kind: str = ""
    person: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def filter(self) -> AuditFilter:
        """Return what the service is asked for."""
        after = self.last and self.last + timedelta(days=1)
        return AuditFilter(self.kind, self.person, self._midnight(self.first), self._midnight(after))

    @property
    def query(self) -> Query:
        """Return the query that leads to these lines again."""
        days = {name: day.isoformat() for name, day in (("from", self.first), ("to", self.last)) if day}
        text = said({"kind": self.kind, "person": self.person, **days})
        return Query(text, bool(text))

    def of_kind(self, kind: str) -> str:
        """Return the address of the same lines of another kind."""
        text = replace(self, kind=kind).query.text
        return f"{PATH}?{text}" if text else PATH

    def _midnight(self, day: date | None) -> datetime | None:
        return None if day is None else datetime.combine(day, time(), self.zone)


@get(PATH, name="admin.audit", opt=NEEDS)
async def show_audit(request: Asking) -> Response[str]:
    """Show the audit, newest first, narrowed by what the address says."""
    asked, notices = _read_asked(request)
    cursor = request.query_params.get("cursor")
    found, people = await read_audit(request.user, asked.filter, limit=PAGE, cursor=cursor)
    return page(
        request,
        "admin/audit/page.html.jinja2",
        page=found,
        asked=asked,
        notices=notices,
        people=people,
        kinds={"": "All", **KINDS},
        place_of=_place_of,
        is_first=not cursor,
    )


@get(f"{PATH}/export", name="admin.audit.export", opt=NEEDS)
async def export(request: Asking) -> Stream:
    """Answer with the same lines as a file for spreadsheets."""
    asked, _ = _read_asked(request)
    headers = file_called("audit.csv")
    return Stream(await export_audit(request.user, asked.filter), media_type="text/csv", headers=headers)


def _read_asked(request: Asking) -> tuple[Asked, list[str]]:
    reading = Reading(request, "the audit", ("from", "kind", "person", "to"))
    first, last = reading.day("from"), reading.day("to")
    if first and last and first > last:
        reading.notices.append("The days end before they begin and were ignored.")
        first = last = None
    kind = reading.choice("kind", "kind of the audit", tuple(KINDS))
    return Asked(zone(request), kind, reading.text("person", "person"), first, last), reading.notices


def _place_of(line: AuditLine) -> tuple[str, str]:
    """Return what a line is about, in words, and the page that shows it; nothing of either where it has none."""
    if line.about is None:
        return "", ""
    words, path = PLACES.get(line.subject, ("", ""))
    return line.about_name or words or line.about, path.format(quote(line.about, safe=""))


routes: Final = [show_audit, export]
