"""Log what happened with a customer (walk 4 of docs/map.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from app.core import clock
from app.core.errors import NotFound
from app.domain.activity import check_activity, kind_of
from app.domain.permissions import check_log_activity
from app.domain.timeline import Entry, NewEntry, Recorded
from app.gateways import queue
from app.services.once import once
from app.store import customers, idempotency, leads, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.contracts.activity_log import ActivityLog
    from app.domain.activity import CheckedActivity
    from app.domain.idempotency import Key, Outcome
    from app.domain.lead import Lead
    from app.domain.viewer import Viewer
    from app.store.together import Write


@dataclass(frozen=True, slots=True)
class Logged:
    """A new entry as a page shows it, and the lead it is about as it is now."""

    entry: Entry
    lead: Lead | None


async def log_activity(viewer: Viewer, activity: ActivityLog, key: Key | None) -> Outcome[Recorded]:
    """Write one immutable entry, move the last contact, plan what is next, and owe a new score.

    Raises Forbidden for another's user_id, NotFound outside the viewer's scope, Invalid with every problem.
    """
    return await _once(viewer, activity, key, [])


async def log_on_page(
    viewer: Viewer, activity: ActivityLog, key: Key | None
) -> tuple[Recorded, Logged | None]:
    """Log like `log_activity`, and say what a page shows of it; None when it was logged before."""
    logged: list[Logged] = []
    recorded = (await _once(viewer, activity, key, logged)).value
    return recorded, logged[0] if logged else None


async def _once(
    viewer: Viewer, activity: ActivityLog, key: Key | None, logged: list[Logged]
) -> Outcome[Recorded]:
    check_log_activity(viewer, activity.user_id)
    checked = check_activity(activity, clock.now())

    async def work() -> Recorded:
        async with transaction(viewer):
            lead, contact = await _note_contact(viewer, activity, checked)
            entry = _entry(viewer, activity, checked, lead)
            recorded = await timeline.append(viewer, entry, contact, idempotency.recorded_write(key))
        logged.append(Logged(_shown(viewer, entry, recorded), lead))
        return recorded

    outcome = await once(viewer, key, work, Recorded)
    if outcome.value.lead_id and not outcome.replayed:
        await queue.wake("score_leads")
    return outcome


async def _note_contact(
    viewer: Viewer, activity: ActivityLog, checked: CheckedActivity
) -> tuple[Lead | None, Write | None]:
    """Move the last contact; return the lead the activity is about as it is after it, and what notes it there."""
    lead = await leads.lock_for_contact(viewer, activity, checked.occurred_at)
    if lead is not None:
        return leads.note_contact(viewer, lead, checked) if lead.stage.is_open else (lead, None)
    if activity.lead_id is not None:
        raise NotFound
    await customers.lock_customer(viewer, activity.customer_id)
    await customers.move_last_contact(viewer, activity.customer_id, checked.occurred_at)
    return None, None


def _shown(viewer: Viewer, entry: NewEntry, recorded: Recorded) -> Entry:
    return Entry(
        id=recorded.id,
        customer_id=entry.customer_id,
        lead_id=entry.lead_id,
        seq=recorded.seq,
        kind=entry.kind,
        actor_id=entry.actor_id,
        actor_name=viewer.name,
        on_behalf_of=entry.on_behalf_of,
        occurred_at=entry.occurred_at,
        recorded_at=recorded.recorded_at,
        data=msgspec.to_builtins(entry.data),
        hash=recorded.hash,
        text=entry.text,
    )


def _entry(viewer: Viewer, activity: ActivityLog, checked: CheckedActivity, lead: Lead | None) -> NewEntry:
    facts = {
        "direction": activity.direction,
        "outcome": activity.outcome,
        "duration_minutes": activity.duration_minutes,
        "follow_up_at": checked.follow_up.at if checked.follow_up else None,
    }
    words = {"notes": checked.notes, "follow_up_note": checked.follow_up.note if checked.follow_up else ""}
    return NewEntry(
        customer_id=activity.customer_id,
        lead_id=lead.id if lead else None,
        kind=kind_of(activity),
        actor_id=viewer.id,
        on_behalf_of=None if activity.user_id == viewer.id else activity.user_id,
        occurred_at=checked.occurred_at,
        data={name: value for name, value in facts.items() if value is not None},
        text={name: value for name, value in words.items() if value},
    )
