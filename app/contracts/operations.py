"""Every operation of /v1 as its callers know it: the published OpenAPI document is made from this list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from app.contracts import answers, examples, words
from app.contracts.activity_log import ActivityAnswer, ActivityLog
from app.contracts.events import IncomingEvent, ReceiveAnswer
from app.contracts.lead_capture import CaptureAnswer, LeadCapture
from app.contracts.pipeline import AssignRequest, LostRequest, MoveRequest, WonRequest
from app.contracts.tickets import ChangeTicket, OpenTicket

PEOPLE: Final = "people"
CAPTURE: Final = "capture"
EVENTS: Final = "events"
SSO: Final = "sso"


@dataclass(frozen=True, slots=True)
class Query:
    """One thing that a list can be asked for; an example that would be refused on another day is left out."""

    name: str
    words: str
    example: str
    kind: str = "string"
    known: tuple[str, ...] = ()
    several: bool = False  # separated by commas
    schema: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Answer:
    """One good answer: its type (a list of it, where `listed`), and an example."""

    kind: type | None
    example: Any
    words: str
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, below /v1."""

    method: str
    path: str
    name: str
    summary: str
    answers: dict[int, Answer]
    body: type | None = None
    sent: Any = None
    queries: tuple[Query, ...] = field(default=())
    callers: str = PEOPLE
    keyed: bool = False
    finds: bool = False  # the record that its body names


LIMIT: Final = Query("limit", "How many, 1 to 100.", "25", "integer", schema={"minimum": 1, "maximum": 100})
CURSOR: Final = Query("cursor", "`next_cursor` of the page before.", "")
SEARCH: Final = Query("q", "Part of a name, company or e-mail.", "grace", schema={"maxLength": 200})


def _lead(example: Any = examples.LEAD, words: str = "The lead as it is now") -> dict[int, Answer]:
    return {200: Answer(answers.Lead, example, words)}


def _page(kind: type | None, example: Any, words: str) -> dict[int, Answer]:
    return {200: Answer(kind, {"items": [example], "next_cursor": None}, words, listed=True)}


def _change(at: str, name: str, summary: str, body: type, sent: Any, **other: Any) -> Operation:
    return Operation(
        "POST", at, name, summary, other.pop("answers", _lead()), body, sent, keyed=True, **other
    )


OPERATIONS: Final = (
    Operation(
        "POST", "/leads/capture", "captureLead", "Hand in a marketing form",
        {
            201: Answer(CaptureAnswer, examples.CAPTURED, "A new lead"),
            200: Answer(CaptureAnswer, examples.CAPTURED | {"outcome": "merged"}, "It joined the e-mail's open lead"),
        },
        LeadCapture, examples.CAPTURE, callers=CAPTURE, keyed=True,
    ),
    Operation(
        "POST", "/activity/log", "logActivity", "Log a call, an e-mail or a meeting; 409 once the customer is erased",
        {201: Answer(ActivityAnswer, examples.LOGGED, "The entry, kept for ever")},
        ActivityLog, examples.ACTIVITY, keyed=True, finds=True,
    ),
    Operation(
        "GET", "/leads", "listLeads", "List the leads you may see, newest first",
        _page(answers.Lead, examples.LEAD, "A page of leads"),
        queries=(Query("stage", "Only this stage.", "qualified", known=words.STAGES), SEARCH,
                 Query("sort", "The order; `-closed_at` only of a closed stage.", "-created_at", known=words.SORTS),
                 LIMIT, CURSOR),
    ),
    Operation("GET", "/leads/{lead_id}", "readLead", "Read a lead", _lead(words="The lead")),
    _change("/leads/{lead_id}/stage", "moveLead", "Move an open lead to another open stage", MoveRequest,
            {"stage": "qualified", "version": 3}),
    _change("/leads/{lead_id}/won", "winLead", "Win a lead; its SaleClosedWonV1 is then on its way", WonRequest,
            {"version": 4, "sale_details": examples.SALE}, answers=_lead(examples.WON)),
    _change("/leads/{lead_id}/lost", "loseLead", "Lose a lead, and say why", LostRequest,
            {"version": 4, "reason": "competitor", "competitor": "Ledgerly", "note": "At half the price"},
            answers=_lead(examples.LOST)),
    _change("/leads/{lead_id}/assign", "assignLead", "Give a lead to another rep (admins)", AssignRequest,
            {"assigned_to_id": examples.OMAR, "version": 4, "reason": "Rita is on leave"},
            answers=_lead(examples.LEAD | {"assigned_to_id": examples.OMAR, "version": 5})),
    Operation(
        "GET", "/customers", "listCustomers", "List the customers you may see, newest first",
        _page(answers.CustomerLine, examples.CUSTOMER_LINE, "A page of customers"),
        queries=(SEARCH, LIMIT, CURSOR),
    ),
    Operation("GET", "/customers/{customer_id}", "readCustomer", "Read a customer",
              {200: Answer(answers.Customer, examples.CUSTOMER, "The customer")}),
    Operation(
        "GET", "/customers/{customer_id}/timeline", "readTimeline",
        "Read a customer's timeline by when things happened, newest first",
        _page(answers.Entry, examples.ENTRY, "A page of entries"),
        queries=(Query("kind", "Only these kinds, separated by commas.", "call_logged,sale_won", known=words.KINDS,
                       several=True), LIMIT, CURSOR),
    ),
    Operation("GET", "/customers/{customer_id}/timeline/verify", "verifyTimeline",
              "Recompute the chain of a timeline",
              {200: Answer(answers.ChainReport, examples.VERIFIED, "Whether anybody changed it")}),
    _change("/customers/{customer_id}/tickets", "openTicket", "Open a support ticket", OpenTicket,
            {"subject": "Cannot sign in", "description": "Since this morning", "priority": "high"},
            answers={201: Answer(answers.Ticket, examples.TICKET, "The ticket")}),
    Operation(
        "PATCH", "/tickets/{ticket_id}", "changeTicket", "Change the given fields of a ticket",
        {200: Answer(answers.Ticket, examples.TICKET | {"status": "pending", "version": 2}, "The ticket")},
        ChangeTicket, {"version": 1, "status": "pending", "note": "Waits for the customer"}, keyed=True,
    ),
    Operation(
        "GET", "/events", "listEvents", "Catch up with the events we published, oldest first",
        _page(None, examples.EVENT, "Events in the order in which they may be read"),
        queries=(Query("after", "The id of the last event you have; leave it out to begin.", "",
                       schema={"format": "uuid"}),
                 Query("type", "Only this type.", "SaleClosedWonV1", schema={"maxLength": 200}), LIMIT),
        callers=EVENTS,
    ),
    Operation(
        "POST", "/events/sso", "receiveSsoEvent", "Tell of a change to a user (the SSO)",
        {202: Answer(ReceiveAnswer, {"status": "accepted"}, "It is kept, and applied within seconds")},
        IncomingEvent, examples.USER_EVENT, callers=SSO,
    ),
)  # fmt: skip
