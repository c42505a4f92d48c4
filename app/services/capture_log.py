"""The capture log: nothing that a client sent is out of sight, and what is held gets its decision."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.services.lead_capture import VIEWER, making_now, read_submission, take_in, tell_of
from app.store import audit, capture_log
from app.store.capture import Received
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.core.errors import Problem
    from app.domain.capture_log import Capture, CaptureFilter, CapturePage
    from app.domain.idempotency import Key
    from app.domain.viewer import Viewer

LONGEST_KEPT: Final = 8 * 1024


async def keep_refused(client: str, key: Key | None, body: bytes, problems: Sequence[Problem]) -> None:
    """Keep what was refused, cut to a reasonable length, in a transaction of its own."""
    text = body[:LONGEST_KEPT].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    received = Received(client, key, body, hashlib.sha256(body).digest())
    async with transaction(VIEWER):
        await capture_log.keep_refused(VIEWER, received, text, problems, clock.now())


async def list_captures(
    viewer: Viewer, narrowed: CaptureFilter, *, limit: int, cursor: str | None
) -> tuple[CapturePage, list[str], int]:
    """Return a page of the log, the clients to choose from, and how many submissions are held."""
    check_administer(viewer)
    async with reading(viewer, much=True):
        page = await capture_log.list_captures(viewer, narrowed, limit=limit, cursor=cursor)
        return page, await capture_log.clients_seen(viewer), await capture_log.count_held(viewer)


async def read_capture(viewer: Viewer, capture_id: UUID) -> Capture:
    """Return one submission as it came."""
    check_administer(viewer)
    async with reading(viewer):
        return await capture_log.read_capture(viewer, capture_id)


async def approve_capture(viewer: Viewer, capture_id: UUID) -> UUID:
    """Take a held submission in, under the ids it was answered with where that is possible; returns the lead's."""
    check_administer(viewer)
    now = clock.now()
    making = making_now(now)
    async with transaction(VIEWER):
        held = await capture_log.lock_held(VIEWER, capture_id)
        submission = read_submission(held.raw, held.received_at)
        making = replace(
            making, customer_id=held.customer_id or making.customer_id, lead_id=held.lead_id or making.lead_id
        )
        customer_id, lead = await take_in(held.client, submission, making)
        outcome = "created" if lead.created else "merged"
        await capture_log.settle(VIEWER, held, outcome, (lead.id, customer_id), (viewer.id, now))
        await audit.append(VIEWER, Act("capture_approved", str(capture_id), who=viewer.id))
    await tell_of(lead)
    return lead.id


async def discard_capture(viewer: Viewer, capture_id: UUID) -> None:
    """Say that a held submission is none of ours; it stays in the log."""
    check_administer(viewer)
    async with transaction(viewer):
        held = await capture_log.lock_held(viewer, capture_id)
        await capture_log.settle(viewer, held, "discarded", None, (viewer.id, clock.now()))
        await audit.append(viewer, Act("capture_discarded", str(capture_id)))
