"""Log what happened with a customer (walk 4 of docs/map.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from app.core import clock
from app.core.errors import Moved, NotFound
from app.domain.activity import after_contact, check_activity, kind_of
from app.domain.permissions import check_log_activity, check_move_lead
from app.domain.pipeline import check_move, parse_stage
from app.domain.timeline import Entry, NewEntry, Recorded
from app.gateways import live, queue
from app.services.once import once
from app.services.pipeline import check_current, move_locked
from app.store import customers, idempotency, leads, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.contracts.activity_log import ActivityLog
    from app.domain.activity import CheckedActivity
    from app.domain.idempotency import Key, Outcome
    from app.domain.lead import Lead
    from app.domain.pipeline import Stage
    from app.domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Logged:
    """New entries as a page shows them, newest first, and the lead they are about as it is now.

    `is_as_before` says that nothing people see of the lead is another but when it was contacted last.
    """

    entries: tuple[Entry, ...]
    lead: Lead | None
    is_as_before: bool = False


@dataclass(frozen=True, slots=True)
class NextStage:
    """A wish to move the lead in the same breath, as it was in `version`."""

    stage: str
    version: int


@dataclass(frozen=True, slots=True)
class _Contact:
    """What was logged, checked; and the stage the lead goes to then, if its version is still this."""

    activity: ActivityLog
    checked: CheckedActivity
    then: tuple[Stage, int] | None = None


async def log_activity(viewer: Viewer, activity: ActivityLog, key: Key | None) -> Outcome[Recorded]:
    """Write one immutable entry, move the last contact, plan what is next, and owe a new score.

    Raises Forbidden for another's user_id, NotFound outside the viewer's scope, Conflict for an erased customer,
    Invalid with every problem.
    """
    check_log_activity(viewer, activity.user_id)
    return await _once(viewer, _Contact(activity, check_activity(activity, clock.now())), key, [])


async def log_on_page(
    viewer: Viewer, activity: ActivityLog, key: Key | None, then: NextStage | None = None
) -> tuple[Recorded, Logged | None]:
    """Log like `log_activity`, maybe move the lead too, and say what a page shows; None when it was logged before.

    Both happen or none: a move raises like `move_lead`.
    """
    check_log_activity(viewer, activity.user_id)
    target = _check_next(viewer, then) if then else None
    contact = _Contact(activity, check_activity(activity, clock.now()), target)
    logged: list[Logged] = []
    recorded = (await _once(viewer, contact, key, logged)).value
    if not logged:
        return recorded, None
    if then and logged[0].lead:
        await live.announce(logged[0].lead)
    return recorded, logged[0]


def _check_next(viewer: Viewer, then: NextStage) -> tuple[Stage, int]:
    check_move_lead(viewer)
    target = parse_stage(then.stage)
    check_move(target)
    return target, then.version


async def _once(
    viewer: Viewer, contact: _Contact, key: Key | None, logged: list[Logged]
) -> Outcome[Recorded]:
    async def work() -> Recorded:
        async with transaction(viewer):
            await _check_then(viewer, contact)
            before, entry, recorded = await _append(viewer, contact, key)
            lead = after_contact(before, contact.checked) if before else None
            shown = (_shown(viewer, entry, recorded),)
            if lead and contact.then and lead.stage is not contact.then[0]:
                moved = await move_locked(viewer, lead, contact.then[0])
                lead, shown = moved.lead, (_shown(viewer, moved.entry, moved.recorded), *shown)
        logged.append(Logged(shown, lead, is_as_before=_looks_the_same(before, lead)))
        return recorded

    try:
        outcome = await once(viewer, key, work, Recorded)
    except Moved as moved:
        merged = msgspec.structs.replace(contact.activity, customer_id=moved.to_id)
        return await _once(viewer, replace(contact, activity=merged), key, logged)
    if outcome.value.lead_id and not outcome.replayed:
        await queue.wake("score_leads")
    return outcome


async def _check_then(viewer: Viewer, contact: _Contact) -> None:
    """Lock the lead that is to move next; raises like `lock_current` when it is not as it was, else like `_append`."""
    if contact.then:
        lead = await leads.lock_for_contact(viewer, contact.activity)
        if lead is None:
            await customers.lock_to_write(viewer, contact.activity.customer_id)
            raise NotFound
        await check_current(viewer, lead, contact.then[1])


async def _append(
    viewer: Viewer, contact: _Contact, key: Key | None
) -> tuple[Lead | None, NewEntry, Recorded]:
    """Write the entry, and on the lead it is about, where there is one; return that lead as it was before."""
    activity, entry, kept = contact.activity, _entry(viewer, contact), idempotency.recorded_write(key)
    found = await leads.append_contact(viewer, activity, contact.checked, entry, kept)
    if found is not None:
        return found[0], entry, found[1]
    await customers.lock_to_write(viewer, activity.customer_id)
    if activity.lead_id is not None:
        raise NotFound
    return None, entry, await timeline.append(viewer, entry, kept)


def _looks_the_same(before: Lead | None, lead: Lead | None) -> bool:
    if before is None or lead is None:
        return before is lead
    return lead == msgspec.structs.replace(before, last_contact_at=lead.last_contact_at, version=lead.version)


def _shown(viewer: Viewer, entry: NewEntry, recorded: Recorded) -> Entry:
    return Entry(
        id=recorded.id,
        customer_id=recorded.customer_id,
        lead_id=recorded.lead_id,
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


def _entry(viewer: Viewer, contact: _Contact) -> NewEntry:
    activity, checked = contact.activity, contact.checked
    facts = {
        "direction": activity.direction,
        "outcome": activity.outcome,
        "duration_minutes": activity.duration_minutes,
        "follow_up_at": checked.follow_up.at if checked.follow_up else None,
    }
    words = {"notes": checked.notes, "follow_up_note": checked.follow_up.note if checked.follow_up else ""}
    return NewEntry(
        customer_id=activity.customer_id,
        kind=kind_of(activity),
        actor_id=viewer.id,
        on_behalf_of=None if activity.user_id == viewer.id else activity.user_id,
        occurred_at=checked.occurred_at,
        data={name: value for name, value in facts.items() if value is not None},
        text={name: value for name, value in words.items() if value},
    )
