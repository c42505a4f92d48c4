"""Correct an entry: by another one that points back to it. Both stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Conflict
from app.domain.text import Checker
from app.domain.timeline import NewEntry, Recorded
from app.services.mentions import name_mentioned
from app.services.once import once
from app.store import customers, idempotency, mentions, scoring, timeline
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.idempotency import Key, Outcome
    from app.domain.timeline import Entry
    from app.domain.viewer import Viewer

LONGEST: Final = 10_000
CORRECTABLE: Final = ("call_logged", "email_logged", "meeting_logged", "note_logged", "entry_corrected")


async def read_entry(viewer: Viewer, customer_id: UUID, entry_id: UUID) -> Entry:
    """Return one entry; raises NotFound outside the viewer's scope."""
    async with reading(viewer):
        await customers.check_customer(viewer, customer_id)
        return await timeline.read_entry(viewer, customer_id, entry_id)


async def correct_entry(
    viewer: Viewer, customer_id: UUID, entry_id: UUID, text: str, key: Key | None
) -> Outcome[Recorded]:
    """Append what is right; the corrected entry stays as it is and is shown as corrected.

    Raises NotFound outside the viewer's scope, Conflict for an entry nobody wrote or of an erased customer, Invalid.
    """
    checker = Checker()
    notes = checker.text("#/notes", text, LONGEST, required=True)
    checker.finish()

    async def work() -> Recorded:
        async with transaction(viewer):
            await customers.lock_to_write(viewer, customer_id)
            entry = await timeline.read_entry(viewer, customer_id, entry_id)
            if entry.kind not in CORRECTABLE:
                raise Conflict("The CRM wrote this entry itself; there is nothing of anybody's to correct")
            if entry.erased:
                raise Conflict("This entry was erased")
            await scoring.owe_scores(viewer, [customer_id], clock.now())
            right, _ = await name_mentioned(viewer, _correction(viewer, customer_id, entry, notes))
            recorded = await timeline.append(viewer, right, mentions.written_with(right))
            await idempotency.remember(viewer, key, recorded)
        return recorded

    return await once(viewer, key, work, Recorded)


def _correction(viewer: Viewer, customer_id: UUID, entry: Entry, notes: str) -> NewEntry:
    return NewEntry(
        customer_id=customer_id,  # not the entry's own where that was merged: such a chain has ended
        lead_id=entry.lead_id,
        kind="entry_corrected",
        actor_id=viewer.id,
        occurred_at=clock.now(),
        data={"corrects": entry.seq},
        text={"notes": notes},
        corrects_id=entry.id,
    )
