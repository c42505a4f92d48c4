"""A believable page's worth of values, for rendering templates without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.domain.board import Board, BoardFilter, Column
from app.domain.customer import Customer, CustomerPage, CustomerRow
from app.domain.lead import CustomerRef, Handoff, Lead, Money, Reason
from app.domain.pipeline import STAGE_WEIGHT, Stage, Status
from app.domain.timeline import Entry, TimelinePage
from app.domain.viewer import Role, Viewer

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime.now(UTC).replace(microsecond=0)
RITA = Viewer(
    "01900000-0000-7000-8000-000000000001", Role.REP, "Rita Reyes", "rita@slyyfoxx.example", "R-1001"
)
SAM = Viewer("01900000-0000-7000-8000-000000000003", Role.SUPPORT, "Sam Sato", "sam@slyyfoxx.example")
ADA = Viewer("01900000-0000-7000-8000-000000000004", Role.ADMIN, "Ada Andersson", "ada@slyyfoxx.example")
PEOPLE = (
    ("Grace Hopper", "Navy Systems"),
    ("Alan Kay", "Dynabook"),
    ("Hedy Lamarr", "Spread Spectrum Ltd"),
    ("Katherine Johnson", "Orbital Mechanics"),
    ("Edsger Dijkstra", "Shortest Path"),
    ("Radia Perlman", "Bridgeworks"),
    ("Barbara Liskov", "Substitution & Sons Consulting"),
    ("Tim Paterson", ""),
)
STEPS = ("Call", "Send the offer", "Demo with the team", "Ask about the budget", "")
REASONS = (
    Reason("Asked for a demo", 25),
    Reason("Team of 50–200", 18),
    Reason("Replied within a day", 14),
    Reason("Free e-mail address", -8),
)
_ids: Iterator[int] = count(1)


def new_id() -> UUID:
    """Return the next of a fixed sequence of ids."""
    return UUID(int=0x01900000_0000_7000_8000_000000010000 + next(_ids))


def lead(at: Stage = Stage.QUALIFIED, number: int = 0, **changes: Any) -> Lead:
    """Return a lead whose details vary with `number`."""
    name, company = PEOPLE[number % len(PEOPLE)]
    email = f"{name.split()[0].lower()}@{(company or 'home').split()[0].lower()}.example"
    step = STEPS[number % len(STEPS)]
    values: dict[str, Any] = {
        "id": new_id(),
        "customer": CustomerRef(new_id(), name, email, company),
        "status": Status.WORKING,
        "stage": at,
        "score": (82, 64, 31, 91, 47)[number % 5],
        "win_probability": 0.42,
        "score_reasons": REASONS,
        "score_version": "rules-1",
        "assigned_to_id": RITA.id,
        "assigned_to_name": RITA.name,
        "source": "contact-form",
        "expected_value": Money(Decimal(12000 + 3750 * number), "EUR"),
        "expected_close_on": (NOW + timedelta(days=30)).date(),
        "follow_up_at": NOW + timedelta(hours=(20, -70, 44, 3, 0)[number % 5])
        if step and at.is_open
        else None,
        "follow_up_note": step if at.is_open else "",
        "last_contact_at": NOW - timedelta(days=number + 1),
        "stage_entered_at": NOW - timedelta(days=2 * number + 1, hours=3),
        "closed_at": None if at.is_open else NOW - timedelta(days=number),
        "lost_reason": "price" if at is Stage.CLOSED_LOST else None,
        "reopened_from_id": None,
        "version": 3,
        "created_at": NOW - timedelta(days=20),
        "handoff": Handoff("sent", 1, NOW, None) if at is Stage.CLOSED_WON else None,
    }
    return Lead(**(values | changes))


def column(stage: Stage, cards: int, cursor: str | None = None) -> Column:
    """Return a column with that many cards."""
    leads = tuple(lead(stage, number) for number in range(cards))
    value = sum((one.expected_value.amount for one in leads if one.expected_value), Decimal(0))
    return Column(stage, cards, value, value * Decimal(str(STAGE_WEIGHT[stage])), leads, cursor)


def board(sizes: tuple[int, ...] = (6, 5, 4, 3, 3, 2)) -> Board:
    """Return a board with columns of the given sizes."""
    columns = tuple(column(stage, size) for stage, size in zip(Stage, sizes, strict=True))
    return Board(columns, "EUR", BoardFilter(), NOW)


def entry(kind: str, hours: int, data: dict[str, Any] | None = None, **text: Any) -> Entry:
    """Return one timeline entry from that many hours ago."""
    at = NOW - timedelta(hours=hours)
    return Entry(
        id=new_id(),
        customer_id=new_id(),
        lead_id=None,
        seq=1,
        kind=kind,
        actor_id=RITA.id,
        actor_name=RITA.name,
        on_behalf_of=None,
        occurred_at=at,
        recorded_at=at,
        data=data or {},
        hash="0" * 64,
        text=text,
    )


def timeline() -> TimelinePage:
    """Return a page with the common kinds of entry."""
    called = {"outcome": "reached", "duration_minutes": 12, "follow_up_at": NOW.isoformat()}
    campaign = {"source": "google", "medium": "cpc", "name": "autumn"}
    answers = {"team_size": "50-200"}
    items = (
        entry(
            "call_logged", 1, called, notes="They want <single> sign-on.", follow_up_note="Send references"
        ),
        entry("stage_changed", 3, {"from": "lead", "to": "qualified", "days": 4}),
        entry("email_logged", 27, {"outcome": "sent", "direction": "outbound"}, notes="Sent the prices."),
        entry("meeting_logged", 50, {"duration_minutes": 45}, notes="Demo with the whole team."),
        entry("lead_captured", 75, {"form_id": "demo"}, message="A demo", answers=answers, campaign=campaign),
    )
    return TimelinePage(items, None, len(items))


def customer(of: CustomerRef | None = None) -> Customer:
    """Return a customer with an open and a lost lead; the one `of` a lead, if it is given."""
    name, company = PEOPLE[0]
    ref = of or CustomerRef(new_id(), name, "grace@navy.example", company)
    return Customer(
        id=ref.id,
        sso_user_id="u-1",
        name=ref.name,
        email=ref.email,
        email_synced_at=NOW - timedelta(hours=2),
        email_conflict=None,
        phone="+1 202 555 0101",
        company=ref.company,
        job_title="Rear Admiral",
        country="US",
        first_campaign={"source": "google", "name": "autumn"},
        last_campaign=None,
        first_consent=None,
        last_consent={"marketing": True},
        last_contact_at=NOW - timedelta(days=1),
        clv=Money(Decimal(48000), "EUR"),
        entries=5,
        erased_at=None,
        created_at=NOW - timedelta(days=400),
        leads=(lead(Stage.QUALIFIED), lead(Stage.CLOSED_LOST, 3)),
    )


def customers() -> CustomerPage:
    """Return a page of the customer list."""
    rows = tuple(
        CustomerRow(new_id(), name, "one@customer.example", company, "", NOW if number else None, NOW)
        for number, (name, company) in enumerate(PEOPLE)
    )
    return CustomerPage(rows, "abc")
