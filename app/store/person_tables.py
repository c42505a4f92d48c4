"""Which rows and columns are a person's, by what names their file has them, and what stays out of it and why.

A table or column that stands in neither fails a test (tests/house/test_person_file.py): somebody has to decide.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Json(NamedTuple):
    """A column that holds JSON, which stands in the file as it is."""

    column: str


class Money(NamedTuple):
    """An amount, and the column of its currency: the company's where there is none."""

    amount: str
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A list of the file. In `where`, $1 are the records of the person, $2 their addresses, $3 their accounts.

    `fields` say which column of `table`, or of `another.table`, each field is; `left_out` why a column is none.
    """

    name: str
    table: str
    where: str
    order: str
    fields: Mapping[str, str | Json | Money]
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    joins: str = ""

    @property
    def columns(self) -> dict[str, tuple[str, ...]]:
        """Return the columns behind each field, each with its table."""
        return {name: self._columns(each) for name, each in self.fields.items()}

    def _columns(self, of: str | Json | Money) -> tuple[str, ...]:
        names = (of,) if isinstance(of, str) else tuple(each for each in of if each is not None)
        return tuple(name if "." in name else f"{self.table}.{name}" for name in names)


FORMS: Final = "forms"
COUNTER: Final = "a counter of the CRM's own, which says nothing about the person"
COPY: Final = "copies of what the file has"
SEAL: Final = "a checksum by which changed history is found (docs/adr/0004)"
COLLEAGUES: Final = "about colleagues, not about customers"
MACHINE: Final = "about the CRM itself, and nobody"

# An account is looked for in what names it. Messages that name somebody else's are that person's. What both functions
# look for stands in the text, or $4 says that it may be spelled otherwise: most messages need not be read.
_NAMES_THEM: Final = """
    CASE WHEN $4 OR EXISTS (SELECT FROM unnest($2::text[] || $3::text[]) AS known
            WHERE strpos(lower({text}), lower(known)) > 0)
        THEN (speaks_of({text}, $2) OR accounts_in({said}) && $3)
            AND NOT EXISTS (SELECT FROM customer WHERE sso_user_id = ANY(accounts_in({said})) AND id <> ALL($1))
            AND NOT EXISTS (SELECT FROM staff WHERE id = ANY(accounts_in({said})) AND id <> ALL($3)) END"""
# Each half by its own index: those of customers are many more.
_FORMS: Final = """capture_submission.id IN (
    SELECT id FROM capture_submission WHERE customer_id = ANY($1)
    UNION ALL SELECT id FROM capture_submission
    WHERE customer_id IS NULL AND outcome IN ('held', 'refused', 'discarded') AND raw IS NOT NULL AND """ + (
    _NAMES_THEM.format(text="raw::text", said="raw #>> '{}'") + ")"
)

SECTIONS: Final = (
    Section(
        "contacts", "customer", "customer.id = ANY($1)", "merged_into_id IS NOT NULL, created_at, id",
        {
            "customer": "id", "name": "name", "email": "email", "email_normalised": "email_norm", "phone": "phone",
            "company": "company", "job_title": "job_title", "country": "country", "account": "sso_user_id",
            "email_confirmed_at": "email_synced_at", "name_confirmed_at": "name_synced_at",
            "email_asked_for": "email_conflict", "first_campaign": Json("first_campaign"),
            "last_campaign": Json("last_campaign"), "first_consent": Json("first_consent"),
            "last_consent": Json("last_consent"), "last_contact_at": "last_contact_at", "lifetime_value": Money("clv"),
            "merged_into": "merged_into_id", "erased_at": "erased_at", "created_at": "created_at",
            "updated_at": "updated_at",
        },
        {
            "email_version": COUNTER, "name_version": COUNTER, "log_seq": COUNTER, "log_head": SEAL,
            "words": "name, company, e-mail and phone once more, for the search",
        },
    ),
    Section(
        "leads", "lead", "lead.customer_id = ANY($1)", "created_at, id",
        {
            "lead": "id", "customer": "customer_id", "stage": "stage", "status": "status", "source": "source",
            "form": "form_id", "campaign": Json("campaign"), "answers": Json("answers"),
            "message_length": "message_length", "owner": "assigned_to_id", "score": "score",
            "score_reasons": Json("score_reasons"), "score_version": "score_version", "scored_at": "scored_at",
            "win_probability": "win_probability", "expected_value": Money("expected_value", "currency"),
            "expected_close_on": "expected_close_on", "follow_up_at": "follow_up_at",
            "follow_up_note": "follow_up_note", "stage_entered_at": "stage_entered_at", "closed_at": "closed_at",
            "lost_reason": "lost_reason", "lost_to": "lost_to", "reopened_from": "reopened_from_id",
            "created_at": "created_at", "updated_at": "updated_at",
        },
        {"score_due_at": "when the next score is due", "version": COUNTER},
    ),
    Section(
        "scores", "score_snapshot", "lead_id IN (SELECT id FROM lead WHERE customer_id = ANY($1))", "at, id",
        {
            "lead": "lead_id", "at": "at", "score": "score", "win_probability": "win_probability",
            "made_of": Json("features"), "reasons": Json("reasons"), "version": "version",
        },
        {"id": COUNTER},
    ),
    Section(
        "sales", "sale", "sale.customer_id = ANY($1)", "closed_at, id",
        {
            "sale": "id", "lead": "lead_id", "customer": "customer_id", "event": "event_id",
            "amount": Money("amount", "currency"), "product": "product", "starts_on": "starts_on",
            "contract_reference": "contract_reference", "handoff_note": "handoff_note", "sold_by": "sales_rep_id",
            "written_by": "recorded_by_id", "closed_at": "closed_at",
        },
    ),
    Section(
        "sales_sent_to", "delivery", "ok AND event_id IN (SELECT event_id FROM sale WHERE customer_id = ANY($1))",
        "at, sink, attempt",
        {"event": "event_id", "place": "sink", "at": "at"},
        {
            "ok": "only what arrived is listed", "attempt": COUNTER, "latency_ms": COUNTER, "retry_at": COUNTER,
            "answer": "what the receiving machine answered",
        },
    ),
    Section(
        "tickets", "ticket", "ticket.customer_id = ANY($1)", "created_at, id",
        {
            "ticket": "id", "number": "number", "customer": "customer_id", "subject": "subject", "status": "status",
            "priority": "priority", "assigned_to": "assignee_id", "opened_by": "opened_by_id", "due_at": "due_at",
            "closed_at": "closed_at", "created_at": "created_at", "updated_at": "updated_at",
        },
        {"version": COUNTER},
    ),
    Section(
        FORMS, "capture_submission", _FORMS, "received_at, id",
        {
            "form": "id", "received_at": "received_at", "sent_by": "client", "sent": Json("raw"), "outcome": "outcome",
            "problems": Json("problems"), "lead": "lead_id", "customer": "customer_id",
            "decided_at": "decided_at", "decided_by": "decided_by_id",
        },
        {
            "idempotency_key": "the sending machine's name for its request", "body_hash": SEAL,
            "answered_lead_id": "an id that was promised to the sender, and may be nobody's",
            "answered_customer_id": "an id that was promised to the sender, and may be nobody's",
        },
    ),
    Section(
        "imported_lines", "lead_import_row",
        "lead_id IN (SELECT id FROM lead WHERE customer_id = ANY($1)) OR lead_id IS NULL AND (email_norm = ANY($2)"
        " OR email_norm IS NULL AND cells IS NOT NULL AND speaks_of(cells::text, $2))",
        "lead_import.created_at, import_id, line",
        {
            "file": "lead_import.file_name", "brought_at": "lead_import.created_at",
            "brought_by": "lead_import.created_by_id", "line": "line", "columns": Json("lead_import.columns"),
            "cells": Json("cells"), "outcome": "outcome", "problems": Json("problems"), "lead": "lead_id",
        },
        {
            "import_id": COUNTER, "forecast": "what was expected of the line before it was taken in",
            "email_norm": "the address among the cells",
        },
        "JOIN lead_import ON lead_import.id = import_id",
    ),
    Section(
        "sign_in_events", "inbox", _NAMES_THEM.format(text="raw", said="raw"),
        "received_at, source, id",
        {
            "event": "id", "source": "source", "type": "type", "received_at": "received_at", "said": "raw",
            "outcome": "status", "settled_at": "settled_at", "problem": "last_error",
            "discarded_by": "discarded_by_id", "discarded_because": "discarded_because",
        },
        {"attempts": COUNTER, "next_try_at": COUNTER},
    ),
    Section(
        "erasures", "erasure", "erasure.customer_id = ANY($1)", "requested_at, id",
        {
            "customer": "customer_id", "asked_for_at": "requested_at", "asked_for_by": "requested_by_id",
            "confirmed_by": "confirmed_by_id", "taken_back_at": "withdrawn_at", "done_at": "done_at",
            "streams_cleared_at": "streams_cleared_at",
        },
        {"id": COUNTER},
    ),
    Section(
        "timeline", "activity", "activity.customer_id = ANY($1)", "occurred_at, recorded_at, activity.id",
        {
            "entry": "id", "customer": "customer_id", "lead": "lead_id", "number": "seq", "kind": "kind",
            "happened_at": "occurred_at", "written_at": "recorded_at", "written_by": "actor_id",
            "for": "on_behalf_of", "facts": Json("data"), "words": Json("activity_text.body"),
            "corrects": "corrects_id",
        },
        {"commitment": SEAL, "prev_hash": SEAL, "hash": SEAL},
        "LEFT JOIN activity_text ON activity_text.activity_id = activity.id",
    ),
)  # fmt: skip

LEFT_OUT: Final[Mapping[str, str]] = {
    "audit_event": "what colleagues did, by ids; what it has to do with a person stands on their timeline too",
    "capture_client": MACHINE,
    "capture_secret": MACHINE,
    "closed_total": MACHINE,
    "digest": COLLEAGUES,
    "distinct_pair": "says of two records that they are two people: as much about the other as about the person",
    "idempotency": f"answers that are repeated to callers for a week: {COPY}",
    "lead_total": MACHINE,
    "lead_words": f"for the search: {COPY}",
    "log_anchor": MACHINE,
    "login_attempt": COLLEAGUES,
    "mention": "whom of the staff an entry names, which its words say too, and whether they have read it",
    "outbox": f"events about sales: {COPY}",
    "reassignment": COLLEAGUES,
    "reassignment_lead": "plans for owners of leads; what came of them stands on the timeline",
    "reconcile_run": MACHINE,
    "sales_goal": COLLEAGUES,
    "saved_view": "a colleague's way of looking at the board; what all may read of it searches for nobody",
    "score_check": MACHINE,
    "score_model": MACHINE,
    "session": COLLEAGUES,
    "sink": MACHINE,
    "staff": COLLEAGUES,
    "stage_limit": COLLEAGUES,
}
PARTLY: Final[Mapping[str, Mapping[str, str]]] = {
    "activity_text": {"activity_id": COUNTER, "customer_id": COPY, "salt": SEAL},
    "lead_import": dict.fromkeys(("id", "mapping", "status", "total", "updated_at"), "about the whole table"),
}
"""Columns left out of tables that only stand beside another one."""
