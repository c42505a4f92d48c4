"""What a timeline entry says: its icon, its sentence, its facts."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.domain.contact import LABELS as LABELS_OF_CONTACT
from app.domain.mentions import MENTIONS
from app.domain.pipeline import LABELS, LOST_REASONS, Stage
from app.domain.ticket import STATUS_LABELS
from app.domain.timeline import KINDS
from app.services.corrections import CORRECTABLE
from app.web import formats
from app.web.timeline.facts import facts_of
from app.web.timeline.markup import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.domain.timeline import Entry

LOOKS: Final = {
    "lead_captured": ("form", "new"),
    "lead_created": ("form", "new"),
    "lead_reopened": ("form", "new"),
    "call_logged": ("phone", "talk"),
    "email_logged": ("mail", "talk"),
    "meeting_logged": ("meeting", "talk"),
    "note_logged": ("note", "talk"),
    "stage_changed": ("arrow", "plain"),
    "lead_assigned": ("person", "plain"),
    "follow_up_set": ("clock", "plain"),
    "follow_up_done": ("check", "plain"),
    "lead_nurtured": ("moon", "plain"),
    "lead_resumed": ("sun", "plain"),
    "deal_changed": ("note", "plain"),
    "sale_won": ("trophy", "won"),
    "lead_lost": ("flag", "plain"),
    "sale_handed_over": ("send", "won"),
    "ticket_opened": ("ticket", "plain"),
    "ticket_changed": ("ticket", "plain"),
    "contact_changed": ("person", "plain"),
    "email_updated": ("mail", "plain"),
    "email_conflict": ("alert", "plain"),
    "score_changed": ("chart", "plain"),
    "entry_corrected": ("note", "talk"),
    "customer_erased": ("lock", "plain"),
    "customer_merged": ("people", "plain"),
    "customer_exported": ("send", "plain"),
}
SYSTEM: Final = {"jobs": "the CRM", "sso": "the company sign-in", "slyyfoxx-cms": "the website"}
UTC: Final = ZoneInfo("UTC")  # a date is the same everywhere
CHANGED: Final = {"status": "Status", "priority": "Priority", "assignee_id": "Assignee"}
BODIES: Final = ("notes", "message", "note", "description", "text", "reason")


class EntryWords(Struct, frozen=True):
    """The phrases of an entry; an empty one is not shown."""

    icon: str
    tone: str
    label: str
    by: str
    summary: str
    body: str
    rich: bool
    facts: tuple[str, ...]
    correctable: bool


def describe(entry: Entry, zone: ZoneInfo) -> EntryWords:
    """Put an entry into words for the timeline."""
    icon, tone = LOOKS.get(entry.kind, ("dots", "plain"))
    body = next((str(entry.text[name]) for name in BODIES if entry.text.get(name)), "")
    rich = bool(body) and entry.kind != "lead_captured"  # what strangers typed into a form stays plain
    return EntryWords(
        icon=icon,
        tone=tone,
        label=KINDS.get(entry.kind, entry.kind.replace("_", " ").capitalize()),
        by=_by(entry),
        summary=_summary(entry),
        body=markdown(body, entry.text.get(MENTIONS, ())) if rich else body,
        rich=rich,
        facts=tuple(facts_of(entry, zone)),
        correctable=entry.kind in CORRECTABLE and not entry.erased,
    )


def by_day(entries: Iterable[Entry], zone: ZoneInfo, after: str) -> list[tuple[str, list[Entry]]]:
    """Group entries under the heading of their day; the day `after` has its heading already."""
    days = groupby(entries, key=lambda entry: formats.local(entry.occurred_at, zone).date())
    groups = [(formats.day_heading(day, zone), list(items)) for day, items in days]
    return [("" if heading == after else heading, items) for heading, items in groups]


def _by(entry: Entry) -> str:
    name = SYSTEM.get(entry.actor_id) or entry.actor_name or entry.actor_id
    return f"by {name} for {entry.on_behalf_of}" if entry.on_behalf_of else f"by {name}"


def _summary(entry: Entry) -> str:
    say = SUMMARIES.get(entry.kind)
    return say(entry) if say else ""


def _stage_summary(entry: Entry) -> str:
    data = entry.data
    return f"{_stage(data.get('from'))} → {_stage(data.get('to'))}{_after_days(data.get('days'))}"


def _lost_summary(entry: Entry) -> str:
    reason, rival = str(entry.data.get("reason", "")), entry.text.get("competitor")
    return f"{_won_summary(entry)} · {LOST_REASONS.get(reason, reason)}{f': {rival}' if rival else ''}"


def _won_summary(entry: Entry) -> str:
    return f"From {_stage(entry.data.get('from'))}"


def _score_summary(entry: Entry) -> str:
    before = entry.data.get("from")
    return f"{'No score' if before is None else before} → {entry.data.get('to')}"


def _email_summary(entry: Entry) -> str:
    return f"{entry.text.get('old') or '–'} → {entry.text.get('new') or '–'}"


def _deal_summary(entry: Entry) -> str:
    data = entry.data
    parts = [f"Expected value {data['value']}"] if data.get("value") else []
    if "was_to_close_on" in data:
        parts.append(f"Closes {_date(data['was_to_close_on'])} → {_date(data['expected_close_on'])}")
    return " · ".join(parts)


def _date(written: str | None) -> str:
    return formats.day(date.fromisoformat(written), UTC) if written else "–"


def _added_summary(entry: Entry) -> str:
    if not entry.data.get("known"):
        return ""
    said = _said(entry, ("name", "company", "phone"))
    return f"Known already{': ' if said else ''}{said}"


def _said(entry: Entry, names: Iterable[str] = LABELS_OF_CONTACT) -> str:
    return " · ".join(str(entry.text[name]) for name in names if entry.text.get(name))


def _contact_summary(entry: Entry) -> str:
    changes: dict[str, list[Any]] = entry.text.get("changes") or {}
    return " · ".join(
        f"{LABELS_OF_CONTACT.get(name, name)}: {old or '–'} → {new or '–'}"
        for name, (old, new) in changes.items()
    )


def _ticket_summary(entry: Entry) -> str:
    """Say which ticket, and what of it changed: #12 · Priority: Normal → High."""
    number, subject = entry.data.get("number"), entry.text.get("subject")
    parts = [f"#{number}" if number else "", str(subject or "")]
    changes: dict[str, list[Any]] = entry.data.get("changes") or {}
    parts += [
        f"{label}: {_told(entry, name, changes[name])}" for name, label in CHANGED.items() if name in changes
    ]
    if entry.kind == "ticket_opened" and entry.given_to_name:
        parts.append(f"Assignee: {entry.given_to_name}")
    return " · ".join(part for part in parts if part)


def _told(entry: Entry, name: str, change: list[Any]) -> str:
    if name == "assignee_id":
        return entry.given_to_name or str(change[1] or "nobody any more")
    return " → ".join(STATUS_LABELS.get(value, str(value).capitalize()) for value in change)


def _assigned_summary(entry: Entry) -> str:
    if not entry.given_to_name:
        return ""
    former = entry.taken_from_name
    return f"From {former} to {entry.given_to_name}" if former else f"To {entry.given_to_name}"


def _merged_summary(entry: Entry) -> str:
    """Say on either chain what happened to it, and what came along."""
    if entry.data.get("into"):
        return "The history of the merged record ends here"
    tickets = entry.data.get("tickets")
    came = [formats.plural(tickets, "ticket")] if isinstance(tickets, int) and tickets else []
    return " · ".join(["Another record of the same person was merged into this one", *came])


def _stage(value: Any) -> str:
    return LABELS[Stage(value)] if value in set(Stage) else "–"


def _after_days(days: Any) -> str:
    return f", after {formats.plural(days, 'day')}" if isinstance(days, int) and days else ""


SUMMARIES: Final[dict[str, Callable[[Entry], str]]] = {
    "stage_changed": _stage_summary,
    "lead_lost": _lost_summary,
    "sale_won": _won_summary,
    "score_changed": _score_summary,
    "lead_captured": _said,
    "lead_created": _added_summary,
    "deal_changed": _deal_summary,
    "contact_changed": _contact_summary,
    "email_updated": _email_summary,
    "email_conflict": _email_summary,
    "lead_assigned": _assigned_summary,
    "ticket_opened": _ticket_summary,
    "ticket_changed": _ticket_summary,
    "customer_merged": _merged_summary,
}
