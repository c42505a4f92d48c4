"""What a timeline entry says: its icon, its sentence, its facts."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from app.domain.activity import OUTCOMES
from app.domain.pipeline import LABELS, LOST_REASONS, Stage
from app.domain.timeline import KINDS
from app.services.corrections import CORRECTABLE
from app.web import formats
from app.web.markup import markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from zoneinfo import ZoneInfo

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
    "deal_changed": ("note", "plain"),
    "sale_won": ("trophy", "won"),
    "lead_lost": ("flag", "plain"),
    "sale_handed_over": ("send", "won"),
    "ticket_opened": ("ticket", "plain"),
    "ticket_changed": ("ticket", "plain"),
    "email_updated": ("mail", "plain"),
    "email_conflict": ("alert", "plain"),
    "score_changed": ("chart", "plain"),
    "entry_corrected": ("note", "talk"),
    "customer_erased": ("lock", "plain"),
    "customer_merged": ("people", "plain"),
}
SYSTEM: Final = {"jobs": "the CRM", "sso": "the company sign-in", "slyyfoxx-cms": "the website"}
CHANGED: Final = {"status": "Status", "priority": "Priority", "assignee_id": "Assignee", "due_at": "Due"}
BODIES: Final = ("notes", "message", "note", "description", "text")


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
        body=markdown(body) if rich else body,
        rich=rich,
        facts=tuple(_facts(entry, zone)),
        correctable=entry.kind in CORRECTABLE and not entry.erased,
    )


def by_day(entries: Iterable[Entry], zone: ZoneInfo, after: str = "") -> list[tuple[str, list[Entry]]]:
    """Group entries under the heading of their day; the day `after` has its heading already."""
    days = groupby(entries, key=lambda entry: entry.occurred_at.astimezone(zone).date())
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
    reason = str(entry.data.get("reason", ""))
    return f"{_won_summary(entry)} · {LOST_REASONS.get(reason, reason)}"


def _won_summary(entry: Entry) -> str:
    return f"From {_stage(entry.data.get('from'))}"


def _score_summary(entry: Entry) -> str:
    before = entry.data.get("from")
    return f"{'No score' if before is None else before} → {entry.data.get('to')}"


def _email_summary(entry: Entry) -> str:
    return f"{entry.text.get('old') or '–'} → {entry.text.get('new') or '–'}"


def _ticket_summary(entry: Entry) -> str:
    """Say which ticket, and what of it changed: #12 · Priority: normal → high."""
    number, subject = entry.data.get("number"), entry.text.get("subject")
    parts = [f"#{number}" if number else "", str(subject or "")]
    changes: dict[str, list[Any]] = entry.data.get("changes") or {}
    parts += [f"{label}: {_told(name, changes[name])}" for name, label in CHANGED.items() if name in changes]
    return " · ".join(part for part in parts if part)


def _told(name: str, change: list[Any]) -> str:
    if name == "assignee_id":
        return "given to somebody" if change[1] else "nobody's any more"
    if name == "due_at":
        return "moved"
    return f"{change[0]} → {change[1]}"


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


def _facts(entry: Entry, zone: ZoneInfo) -> Iterable[str]:
    data, text = entry.data, entry.text
    for part in (OUTCOMES.get(data.get("outcome", "")), str(data.get("direction") or "").capitalize()):
        if part and entry.kind.endswith("_logged"):
            yield part
    if minutes := data.get("duration_minutes"):
        yield f"{minutes} min"
    if planned := data.get("follow_up_at"):
        what = text.get("follow_up_note") or "follow up"
        yield f"Next: {what}, {formats.stored_day(planned, zone)}"
    if entry.kind == "lead_captured":
        yield from _capture_facts(entry)


def _capture_facts(entry: Entry) -> Iterable[str]:
    if form := entry.data.get("form_id") or entry.data.get("source"):
        yield f"Form: {form}"
    campaign: dict[str, Any] = entry.text.get("campaign") or {}
    if campaign:
        yield "Campaign: " + " / ".join(str(value) for value in campaign.values() if value)
    answers: dict[str, Any] = entry.text.get("answers") or {}
    yield from (f"{name.replace('_', ' ').capitalize()}: {value}" for name, value in answers.items())


SUMMARIES: Final[dict[str, Callable[[Entry], str]]] = {
    "stage_changed": _stage_summary,
    "lead_lost": _lost_summary,
    "sale_won": _won_summary,
    "score_changed": _score_summary,
    "email_updated": _email_summary,
    "email_conflict": _email_summary,
    "ticket_opened": _ticket_summary,
    "ticket_changed": _ticket_summary,
    "customer_merged": _merged_summary,
}
