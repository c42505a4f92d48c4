"""One customer with all their leads, as rows for every table."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from app.domain.pipeline import Stage
from app.sandbox.company.aftermath import deliver, raise_ticket, sell
from app.sandbox.company.chaining import Chain, canonical_time
from app.sandbox.company.lead_rows import lead_row
from app.sandbox.company.received import submission_row
from app.sandbox.company.score import snapshot_row
from app.sandbox.company.story import OUTCOMES, Story, tell

if TYPE_CHECKING:
    from datetime import datetime

    from app.sandbox.company.draw import Draw
    from app.sandbox.company.people import Person, Rep
    from app.sandbox.company.story import Entry

Rows = dict[str, list[dict[str, Any]]]

TABLES: Final = (
    "customer",
    "lead",
    "capture_submission",
    "score_snapshot",
    "outbox",
    "delivery",
    "sale",
    "ticket",
    "activity",
    "activity_text",
)
# Stages of open leads, as often as they are drawn, and how old such a lead is at most, in days.
OPEN_FATES: Final = (
    (Stage.LEAD,) * 4 + (Stage.QUALIFIED,) * 3 + (Stage.PROPOSAL_SENT,) * 2 + (Stage.NEGOTIATION,) * 2
)
OLDEST_OPEN: Final = {Stage.LEAD: 8, Stage.QUALIFIED: 25, Stage.PROPOSAL_SENT: 45, Stage.NEGOTIATION: 70}


@dataclass(frozen=True, slots=True)
class Shape:
    """How many leads are still open, and how many days ago the oldest one was closed."""

    open_share: float
    longest_ago: int


@dataclass(slots=True)
class Pace:
    """How many entries a lead must have on average; without a wish, as many as happened."""

    wanted: float = 0.0
    owed: float = 0.0

    def more(self) -> int:
        """Return how many entries the next lead should have beside those that happen anyway."""
        return max(round(self.owed), 0)

    def note(self, leads: int, entries: int) -> None:
        """Count what a customer got."""
        self.owed += self.wanted * leads - entries if self.wanted else 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What all customers of one company have in common."""

    draw: Draw
    reps: list[Rep]
    today: datetime
    seeded_at: datetime
    currency: str
    shape: Shape
    pace: Pace = field(default_factory=Pace)


def add_customer(rows: Rows, setting: Setting, person: Person, leads: int) -> None:
    """Add a customer with so many leads, one after the other; only the last may still be open."""
    stories = _stories(setting, person, leads)
    customer_id = setting.draw.id_at(stories[0].created_at)
    entries: list[tuple[Entry, str | None]] = []
    for story in stories:
        if story.stage is Stage.CLOSED_WON:
            sale, event = sell(setting.draw, story, customer_id, setting.currency)
            rows["sale"].append(sale)
            rows["outbox"].append(event)
            rows["delivery"].append(deliver(event))
        rows["score_snapshot"].append(snapshot_row(setting.draw, story))
        rows["lead"].append(lead_row(setting.draw, story, customer_id, setting.today, setting.currency))
        rows["capture_submission"].append(submission_row(story, customer_id))
        entries += [(entry, story.id) for entry in story.entries]
    entries += _tickets(rows, setting, customer_id, stories)
    entries.sort(key=lambda told: told[0].at)
    chain = Chain(customer_id, canonical_time(setting.seeded_at))
    for entry, lead_id in entries:
        activity, text = chain.add(setting.draw, lead_id, entry)
        rows["activity"].append(activity)
        if text:
            rows["activity_text"].append(text)
    rows["customer"].append(_customer_row(chain, person, stories, entries))
    setting.pace.note(leads, chain.seq)


def _stories(setting: Setting, person: Person, leads: int) -> list[Story]:
    draw, end = setting.draw, setting.today
    fate = draw.choice(OPEN_FATES) if draw.chance(setting.shape.open_share) else None
    told: list[Story] = []
    for _ in range(leads):
        if fate:
            start = draw.days_before(end, 0, OLDEST_OPEN[fate])
        else:
            end = draw.at_work(draw.days_before(end, 2, setting.shape.longest_ago // leads).date())
            start = draw.days_before(end, 5, 120)
        # A fresh lead may still wait for its owner.
        unowned = fate is Stage.LEAD and draw.chance(0.05)
        rep = None if unowned else draw.choice(setting.reps)
        told.append(tell(draw, person, rep, (fate, setting.pace.more()), (start, end)))
        end, fate = start, None
    return told[::-1]


def _tickets(
    rows: Rows, setting: Setting, customer_id: str, stories: list[Story]
) -> list[tuple[Entry, str | None]]:
    sold = [story.ended_at for story in stories if story.stage is Stage.CLOSED_WON]
    if not sold or not setting.draw.chance(0.4):
        return []
    entries: list[tuple[Entry, str | None]] = []
    for _ in range(setting.draw.randint(1, 2)):
        ticket, entry = raise_ticket(setting.draw, customer_id, (sold[0], setting.today))
        rows["ticket"].append(ticket)
        entries.append((entry, None))
    return entries


def _customer_row(
    chain: Chain, person: Person, stories: list[Story], entries: list[tuple[Entry, str | None]]
) -> dict[str, Any]:
    first, last = stories[0], stories[-1]
    contacts = [entry.at for entry, _ in entries if entry.kind in OUTCOMES]
    won = [story.value for story in stories if story.stage is Stage.CLOSED_WON]
    consent = {"marketing": bool(person.phone), "text_version": "2026-01"}
    return {
        "id": chain.customer_id,
        "sso_user_id": person.sso_user_id,
        "name": person.name,
        "email": person.email,
        "email_norm": person.email.casefold(),
        "email_version": 1 if person.sso_user_id else 0,
        "email_synced_at": first.created_at if person.sso_user_id else None,
        "name_version": 1 if person.sso_user_id else 0,
        "name_synced_at": first.created_at if person.sso_user_id else None,
        "phone": person.phone,
        "company": person.company,
        "job_title": person.job_title,
        "country": person.country,
        "first_campaign": first.form.campaign,
        "last_campaign": last.form.campaign,
        "first_consent": consent,
        "last_consent": consent,
        "last_contact_at": max(contacts, default=None),
        "clv": sum(won, Decimal(0)),
        "log_seq": chain.seq,
        "log_head": chain.head,
        "created_at": first.created_at,
        "updated_at": entries[-1][0].at,
    }
