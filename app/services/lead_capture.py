"""A marketing form becomes a lead (walk 1 of docs/map.md)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.contracts.lead_capture import CaptureAnswer, CaptureLinks, LeadCapture
from app.core import clock
from app.core.decoding import read_struct
from app.core.ids import uuid7
from app.core.settings import settings
from app.domain.capture import clean_capture
from app.domain.pipeline import Stage, Status
from app.domain.spam import find_suspicions
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import live, queue
from app.services.once import once
from app.store import capture, capture_log, idempotency, timeline
from app.store.capture import Making, OpenLead, Received
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.core.errors import Problem
    from app.domain.capture import Submission
    from app.domain.idempotency import Key, Outcome
    from app.store.together import Write

VIEWER = system("capture")


async def capture_lead(client: str, body: bytes, key: Key | None) -> Outcome[CaptureAnswer]:
    """Turn a submission into a new lead, or an entry on the open lead of the same e-mail.

    A suspicious one is held for an admin, and answered alike (docs/adr/0071). Raises Malformed, Invalid,
    KeyReused. Once it returns, the submission is in PostgreSQL whatever happens next.
    """
    now = clock.now()
    submission = read_submission(body, now)
    received = Received(client, key, body, hashlib.sha256(body).digest())
    suspicions = find_suspicions(submission)
    landed: list[OpenLead] = []

    async def work() -> CaptureAnswer:
        if suspicions:
            return await _hold(received, submission, suspicions, now)
        customer_id, lead = await _capture(received, submission, now)
        landed[:] = [lead]
        return _answer(customer_id, lead)

    outcome = await once(VIEWER, key, work, CaptureAnswer)
    if landed and not outcome.replayed:
        await tell_of(landed[0])
    return outcome


async def tell_of(lead: OpenLead) -> None:
    """Have the lead scored, and tell the boards of it at once, both behind the answer."""
    await queue.wake("score_leads")
    await live.announce_lead(lead.id, lead.assigned_to_id)


def read_submission(body: bytes | str, now: datetime) -> Submission:
    """Return a clean submission; raises Malformed, or Invalid with everything that is wrong."""
    raw = body.encode() if isinstance(body, str) else body
    check = partial(clean_capture, now=now)
    return check(read_struct(LeadCapture, raw, check))


def making_now(now: datetime) -> Making:
    """Return how the settings want new leads made."""
    current = settings()
    return Making(now, current.currency, current.assignment == "round_robin")


async def _capture(received: Received, submission: Submission, now: datetime) -> tuple[UUID, OpenLead]:
    def keep(customer_id: UUID, lead: OpenLead) -> tuple[Write | None, ...]:
        answer = _answer(customer_id, lead)
        return (
            capture.submission_write(
                received, answer.outcome, lead_id=lead.id, customer_id=customer_id, at=now
            ),
            idempotency.answer_write(received.key, answer, "FROM first"),
        )

    async with transaction(VIEWER):
        return await take_in(received.client, submission, making_now(now), keep)


async def _hold(
    received: Received, submission: Submission, suspicions: list[Problem], now: datetime
) -> CaptureAnswer:
    async with transaction(VIEWER):
        known_customer, known_lead = await capture.find_known(VIEWER, submission.email_norm)
        customer_id = known_customer or uuid7()
        lead = known_lead or OpenLead(uuid7(), Stage.LEAD, Status.NEW, None, created=True)
        answer = _answer(customer_id, lead)
        await capture_log.keep_held(VIEWER, received, suspicions, (lead.id, customer_id), now)
        await idempotency.remember(VIEWER, received.key, answer)
    return answer


def _nothing(_customer_id: UUID, _lead: OpenLead) -> tuple[Write | None, ...]:
    return ()


async def take_in(
    client: str,
    submission: Submission,
    making: Making,
    beside: Callable[[UUID, OpenLead], tuple[Write | None, ...]] = _nothing,
) -> tuple[UUID, OpenLead]:
    """Find or make customer and lead inside the open transaction, and note the submission on the timeline.

    What `beside` returns of them is written with the entry: its rows come from `first`.
    """
    new = capture.would_be(making)
    entry = _entry(client, submission, new, making.at)
    lead = await capture.append_newcomer(VIEWER, submission, making, entry, *beside(making.customer_id, new))
    if lead is not None:
        return making.customer_id, lead
    customer_id = await capture.find_or_make_customer(VIEWER, submission, making)
    lead = await capture.find_or_make_lead(VIEWER, customer_id, submission, making)
    entry = replace(_entry(client, submission, lead, making.at), customer_id=customer_id, lead_id=lead.id)
    await timeline.append(VIEWER, entry, *beside(customer_id, lead))
    return customer_id, lead


def _answer(customer_id: UUID, lead: OpenLead) -> CaptureAnswer:
    return CaptureAnswer(
        outcome="created" if lead.created else "merged",
        lead_id=str(lead.id),
        customer_id=str(customer_id),
        stage=lead.stage.value,
        status=lead.status.value,
        links=CaptureLinks(lead=f"/leads/{lead.id}", customer=f"/customers/{customer_id}"),
    )


def _entry(client: str, submission: Submission, lead: OpenLead, now: datetime) -> NewEntry:
    personal = ("name", "email", "phone", "company", "job_title", "country", "message", "page_url", "referrer",
                "campaign", "answers")  # fmt: skip
    return NewEntry(
        customer_id=None,
        kind="lead_captured",
        actor_id=client,
        occurred_at=now if submission.submitted_at is None else min(submission.submitted_at, now),
        data={
            "outcome": "created" if lead.created else "merged",
            "source": submission.source,
            "form_id": submission.form_id,
            "consent": submission.consent,
            "assigned_to_id": lead.assigned_to_id if lead.created else None,
        },
        text={name: value for name in personal if (value := getattr(submission, name))},
    )
