"""A digest in words, as text and as HTML: names and times, no notes, no figures, nothing fetched from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from app.core.settings import settings
from app.domain.digest import SENT_AT, Letter, WeeklyDigest
from app.web import formats
from app.web.home.week_letter import write_week
from app.web.templating import Reader, render

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from app.domain.digest import Digest
    from app.domain.lead import Lead
    from app.domain.my_day import Section

NAMES: Final = {"overdue": "overdue", "today": "today", "hot": "new and hot"}


@dataclass(frozen=True, slots=True)
class Row:
    """A lead of the digest: who it is, when it wants doing, and where it is."""

    who: str
    when: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the digest, and where all of it is when there is more."""

    title: str
    rows: tuple[Row, ...]
    more: int
    url: str


def write(digest: Digest | WeeklyDigest) -> Letter:
    """Write it."""
    return write_week(digest) if isinstance(digest, WeeklyDigest) else _write_day(digest)


def _write_day(digest: Digest) -> Letter:
    subject = ", ".join(f"{section.total} {NAMES[section.name]}" for section in digest.sections)
    shown: dict[str, Any] = {
        "subject": subject,
        "day": f"{digest.day:%A} {digest.day.day} {digest.day:%B}",
        "parts": [_part(section, digest.zone) for section in digest.sections],
        "home_url": f"{settings().public_url}/",
        "off_url": digest.off_url,
        "why": f"You get this at {SENT_AT:%H:%M} ({digest.zone.key}), Monday to Friday, when somebody waits for you.",
    }
    html = render("mail/digest.html.jinja2", Reader(digest.viewer, zone=digest.zone), **shown)
    return Letter(subject, _text(shown), html)


def _part(section: Section, zone: ZoneInfo) -> Part:
    rows = tuple(_row(section.name, lead, zone) for lead in section.leads)
    url = f"{settings().public_url}/?section={section.name}"
    return Part(NAMES[section.name].capitalize(), rows, section.total - len(rows), url)


def _row(section: str, lead: Lead, zone: ZoneInfo) -> Row:
    names = (" ".join(name.split()) for name in (lead.customer.name, lead.customer.company))
    who = ", ".join(filter(None, names))
    return Row(who, _when(section, lead, zone), f"{settings().public_url}/leads/{lead.id}")


def _when(section: str, lead: Lead, zone: ZoneInfo) -> str:
    if section == "hot" or lead.follow_up_at is None:
        return f"came {formats.exact(lead.created_at, zone)}"
    if section == "today":
        return f"at {formats.local(lead.follow_up_at, zone):%H:%M}"
    return f"since {formats.exact(lead.follow_up_at, zone)}"


def _text(shown: dict[str, Any]) -> str:
    lines = [f"{shown['day']}: {shown['subject']}", ""]
    parts: list[Part] = shown["parts"]
    for part in parts:
        lines += [part.title, ""]
        for row in part.rows:
            lines += [f"* {row.who}, {row.when}", f"  {row.url}"]
        lines += [f"* and {part.more} more: {part.url}"] if part.more else []
        lines += [""]
    lines += [f"My day: {shown['home_url']}", "", "-- ", shown["why"], f"Turn it off: {shown['off_url']}", ""]
    return "\n".join(lines)
