"""A marketing form becomes a lead (walk 1 of docs/map.md)."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

from app.contracts.lead_capture import CaptureAnswer, CaptureLinks, LeadCapture
from app.core import clock
from app.core.decoding import read_struct
from app.core.settings import settings
from app.domain.capture import clean_capture
from app.domain.timeline import NewEntry
from app.domain.viewer import system
from app.gateways import queue
from app.services.once import once
from app.store import capture, idempotency, timeline
from app.store.capture import Received
from app.store.transaction import transaction

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.capture import Submission
    from app.domain.idempotency import Key, Outcome
    from app.store.capture import OpenLead

VIEWER = system("capture")


async def capture_lead(client: str, body: bytes, key: Key | None) -> Outcome[CaptureAnswer]:
    """Turn a submission into a new lead, or an entry on the open lead of the same e-mail.

    Raises Malformed, Invalid, KeyReused. Once it returns, the submission is in PostgreSQL whatever happens next.
    """
    now = clock.now()
    check = partial(clean_capture, now=now)
    submission = check(read_struct(LeadCapture, body, check))
    received = Received(client, key, body, hashlib.sha256(body).digest())

    async def work() -> CaptureAnswer:
        return await _capture(received, submission, now)

    outcome = await once(VIEWER, key, work, CaptureAnswer)
    if not outcome.replayed:
        await queue.wake("score_lead", outcome.value.lead_id)
    return outcome


async def _capture(received: Received, submission: Submission, now: datetime) -> CaptureAnswer:
    current = settings()
    async with transaction(VIEWER):
        customer_id = await capture.find_or_make_customer(VIEWER, submission, now)
        lead = await capture.find_or_make_lead(
            VIEWER,
            customer_id,
            submission,
            currency=current.currency,
            assign=current.assignment == "round_robin",
            at=now,
        )
        answer = _answer(customer_id, lead)
        await timeline.append(VIEWER, _entry(received, submission, customer_id, lead, now))
        await capture.keep_submission(
            VIEWER, received, answer.outcome, lead_id=lead.id, customer_id=customer_id, at=now
        )
        await idempotency.remember(VIEWER, received.key, answer)
    return answer


def _answer(customer_id: UUID, lead: OpenLead) -> CaptureAnswer:
    return CaptureAnswer(
        outcome="created" if lead.created else "merged",
        lead_id=str(lead.id),
        customer_id=str(customer_id),
        stage=lead.stage.value,
        status=lead.status.value,
        links=CaptureLinks(lead=f"/leads/{lead.id}", customer=f"/customers/{customer_id}"),
    )


def _entry(
    received: Received, submission: Submission, customer_id: UUID, lead: OpenLead, now: datetime
) -> NewEntry:
    personal = ("name", "email", "phone", "company", "job_title", "message", "page_url", "referrer",
                "campaign", "answers")  # fmt: skip
    return NewEntry(
        customer_id=customer_id,
        lead_id=lead.id,
        kind="lead_captured",
        actor_id=received.client,
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
