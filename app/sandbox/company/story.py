"""What happened with one lead, from the form to its end or to today."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import OPEN_STAGES, Stage
from app.domain.sale import COMPETITOR
from app.sandbox.company import words
from app.sandbox.company.form import chance_to_win, draw_form
from app.sandbox.company.received import CMS, form_said

if TYPE_CHECKING:
    from app.sandbox.company.draw import Draw
    from app.sandbox.company.form import Form
    from app.sandbox.company.people import Person, Rep

CONTACTS: Final = (
    "call_logged",
    "call_logged",
    "call_logged",
    "email_logged",
    "email_logged",
    "meeting_logged",
)
OUTCOMES: Final = {
    "call_logged": ("reached", "reached", "no_answer", "left_message"),
    "email_logged": ("sent", "sent", "received"),
    "meeting_logged": ("held", "held", "held", "no_show"),
}
MOST_CONTACTS: Final = {Stage.LEAD: 1, Stage.QUALIFIED: 2, Stage.PROPOSAL_SENT: 3, Stage.NEGOTIATION: 4}
# How far lost leads got, as often as it is drawn.
LOST_AT: Final = (
    (Stage.LEAD,) * 5 + (Stage.QUALIFIED,) * 3 + (Stage.PROPOSAL_SENT,) * 2 + (Stage.NEGOTIATION,)
)
VALUES: Final = (2400, 3600, 4800, 7200, 9600, 12000, 18000, 24000, 36000, 60000)


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; the words in `text` are personal."""

    at: datetime
    kind: str
    actor_id: str
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    text: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(slots=True)
class Story:
    """A lead, its owner, and everything that happened."""

    id: str
    rep: Rep | None
    stage: Stage
    created_at: datetime
    ended_at: datetime
    person: Person
    form: Form
    value: Decimal
    entries: list[Entry] = field(default_factory=list[Entry])
    stage_entered_at: datetime | None = None
    lost_reason: str | None = None
    lost_to: str | None = None

    @property
    def actor_id(self) -> str:
        """Who did it: the owner, or the system where nobody owns the lead."""
        return self.rep.id if self.rep else "jobs"


def tell(
    draw: Draw,
    person: Person,
    rep: Rep | None,
    fate: tuple[Stage | None, int],
    span: tuple[datetime, datetime],
) -> Story:
    """Return a lead captured when `span` starts, with so many contacts more than it would have anyway.

    It is open in the stage that is its fate, or for None closed at the end.
    """
    (stage, more), (start, end) = fate, span
    form = draw_form(draw)
    end_of_it = Stage.CLOSED_WON if draw.chance(chance_to_win(form, person)) else Stage.CLOSED_LOST
    value = Decimal(draw.choice(VALUES))
    story = Story(draw.id_at(start), rep, stage or end_of_it, start, end, person, form, value)
    story.entries.append(_captured(story))
    _work_on(draw, story, more)
    return story


def _captured(story: Story) -> Entry:
    facts = {
        "outcome": "created",
        "source": story.form.source,
        "form_id": story.form.form_id,
        "consent": None,
    }
    facts["assigned_to_id"] = story.rep.id if story.rep else None
    return Entry(story.created_at, "lead_captured", CMS, facts, form_said(story))


def _work_on(draw: Draw, story: Story, more: int) -> None:
    reached = _last_open_stage(draw, story.stage)
    moves = OPEN_STAGES[1 : OPEN_STAGES.index(reached) + 1]
    contacts = draw.randint(len(moves) > 0, MOST_CONTACTS[reached]) + more if story.rep else 0
    moments = draw.moments(story.created_at, story.ended_at, len(moves) + contacts)
    steps = _shuffled_into(draw, [*moves], contacts)
    before = Stage.LEAD
    for at, move in zip(moments, steps, strict=True):
        if move is None:
            story.entries.append(_contact(draw, story, at))
            continue
        days = (at - (story.stage_entered_at or story.created_at)).days
        facts = {"from": before.value, "to": move.value, "days": days}
        story.entries.append(Entry(at, "stage_changed", story.actor_id, facts))
        story.stage_entered_at, before = at, move
    if not story.stage.is_open:
        _close(draw, story, before)


def _last_open_stage(draw: Draw, stage: Stage) -> Stage:
    if stage.is_open:
        return stage
    return Stage.NEGOTIATION if stage is Stage.CLOSED_WON else draw.choice(LOST_AT)


def _shuffled_into(draw: Draw, moves: list[Stage], contacts: int) -> list[Stage | None]:
    steps: list[Stage | None] = [*moves]
    for _ in range(contacts):
        steps.insert(draw.randint(0, len(steps)), None)
    return steps


def _contact(draw: Draw, story: Story, at: datetime) -> Entry:
    kind = draw.choice(CONTACTS)
    outcome = draw.choice(OUTCOMES[kind])
    facts: dict[str, Any] = {"outcome": outcome}
    if kind != "meeting_logged":
        theirs = outcome == "received" or (outcome == "reached" and draw.chance(0.3))
        facts["direction"] = "inbound" if theirs else "outbound"
    if outcome in {"reached", "held"}:
        facts["duration_minutes"] = draw.randint(3, 60)
    return Entry(at, kind, story.actor_id, facts, {"notes": draw.choice(words.NOTES[kind])})


def _close(draw: Draw, story: Story, before: Stage) -> None:
    story.stage_entered_at = story.ended_at
    if story.stage is Stage.CLOSED_LOST:
        story.lost_reason = draw.choice([*words.LOST_NOTES])
        note = {"note": words.LOST_NOTES[story.lost_reason]}
        if story.lost_reason == COMPETITOR:
            story.lost_to = draw.choice(words.COMPETITORS)
            note["competitor"] = story.lost_to
        facts = {"from": before.value, "reason": story.lost_reason}
        story.entries.append(Entry(story.ended_at, "lead_lost", story.actor_id, facts, note))
