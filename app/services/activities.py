"""Log what happened with a customer (walk 4 of docs/map.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core import clock
from app.core.errors import NotFound
from app.domain.activity import check_activity, kind_of
from app.domain.permissions import check_log_activity
from app.domain.timeline import NewEntry, Recorded
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


async def log_activity(viewer: Viewer, activity: ActivityLog, key: Key | None) -> Outcome[Recorded]:
    """Write one immutable entry, move the last contact, plan what is next, and owe a new score.

    Raises Forbidden for another's user_id, NotFound outside the viewer's scope, Invalid with every problem.
    """
    check_log_activity(viewer, activity.user_id)
    checked = check_activity(activity, clock.now())

    async def work() -> Recorded:
        async with transaction(viewer):
            lead = await _lock_lead(viewer, activity)
            recorded = await timeline.append(viewer, _entry(viewer, activity, checked, lead))
            await _note_contact(viewer, activity, checked, lead)
            await idempotency.remember(viewer, key, recorded)
        return recorded

    outcome = await once(viewer, key, work, Recorded)
    if outcome.value.lead_id and not outcome.replayed:
        await queue.wake("score_lead", str(outcome.value.lead_id))
    return outcome


async def _lock_lead(viewer: Viewer, activity: ActivityLog) -> Lead | None:
    """Return the lead the activity is about: the one named, else the customer's open one, else none."""
    if activity.lead_id is None:
        lead = await leads.lock_open_lead(viewer, activity.customer_id)
        if lead is None:
            await customers.lock_customer(viewer, activity.customer_id)
        return lead
    lead = await leads.lock_lead(viewer, activity.lead_id)
    if lead.customer.id != activity.customer_id:
        raise NotFound
    return lead


async def _note_contact(
    viewer: Viewer, activity: ActivityLog, checked: CheckedActivity, lead: Lead | None
) -> None:
    if lead is None or not lead.stage.is_open:
        await customers.move_last_contact(viewer, activity.customer_id, checked.occurred_at)
    else:
        await leads.note_contact(viewer, lead, checked)


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
