"""Log what happened with a customer (walk 4 of docs/map.md)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import msgspec

from app.core import clock
from app.core.errors import Invalid, Moved, NotFound, Problem
from app.domain.activity import after_contact, can_be_planned, check_activity, kind_of, replaced_by
from app.domain.permissions import check_log_activity, check_move_lead
from app.domain.pipeline import check_move, parse_stage
from app.domain.timeline import Entry, NewEntry, Recorded
from app.gateways import live, queue
from app.services.mentions import name_mentioned
from app.services.once import once
from app.services.pipeline import check_current, move_locked
from app.store import customers, idempotency, leads, mentions, staff, timeline
from app.store.transaction import transaction

if TYPE_CHECKING:
    from app.contracts.activity_log import ActivityLog
    from app.domain.activity import CheckedActivity
    from app.domain.idempotency import Key, Outcome
    from app.domain.lead import Lead
    from app.domain.mentions import Colleague
    from app.domain.pipeline import Stage
    from app.domain.viewer import Viewer

REMINDS_NOBODY: Final = "would remind nobody: no lead is open here. Choose None; a ticket has a due date"


@dataclass(frozen=True, slots=True)
class Logged:
    """New entries as a page shows them, newest first, and the lead they are about as it is now.

    `is_as_before` says that nothing people see of the lead is another but when it was contacted last; `owes_score`,
    that its score may change; `blind` are the names of those who are mentioned and do not see what is written about it.
    """

    entries: tuple[Entry, ...]
    lead: Lead | None
    is_as_before: bool = False
    owes_score: bool = False
    blind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NextStage:
    """A wish to move the lead in the same breath, as it was in `version`."""

    stage: str
    version: int


@dataclass(frozen=True, slots=True)
class _Contact:
    """What was logged, and the stage the lead goes to then, if its version is still this.

    `reminding`: a follow-up that nobody would be reminded of is refused. To systems outside it is a fact like others.
    """

    activity: ActivityLog
    then: tuple[Stage, int] | None = None
    reminding: bool = False


async def log_activity(viewer: Viewer, activity: ActivityLog, key: Key | None) -> Outcome[Recorded]:
    """Write one immutable entry, move the last contact, plan what is next, and owe a score that this may change.

    Raises Forbidden for another's user_id, NotFound outside the viewer's scope, Conflict for an erased customer,
    Invalid with every problem.
    """
    check_log_activity(viewer, activity.user_id)
    return await _once(viewer, _Contact(activity), key, [])


async def log_on_page(
    viewer: Viewer, activity: ActivityLog, key: Key | None, then: NextStage | None = None
) -> tuple[Recorded, Logged | None]:
    """Log like `log_activity`, maybe move the lead too, and say what a page shows; None when it was logged before.

    Both happen or none: a move raises like `move_lead`. Invalid also for a follow-up where there is no lead to plan.
    """
    check_log_activity(viewer, activity.user_id)
    target = _check_next(viewer, then) if then else None
    contact = _Contact(activity, target, reminding=True)
    logged: list[Logged] = []
    recorded = (await _once(viewer, contact, key, logged)).value
    return recorded, logged[0] if logged else None


def _check_next(viewer: Viewer, then: NextStage) -> tuple[Stage, int]:
    check_move_lead(viewer)
    target = parse_stage(then.stage)
    check_move(target)
    return target, then.version


async def _once(
    viewer: Viewer, contact: _Contact, key: Key | None, logged: list[Logged]
) -> Outcome[Recorded]:
    async def work() -> Recorded:
        checked = check_activity(contact.activity, clock.now())
        async with transaction(viewer):
            await _check_author(viewer, contact.activity.user_id)
            await _check_then(viewer, contact)
            before, entry, recorded, named = await _append(viewer, contact, checked, key)
            lead = after_contact(before, checked) if before else None
            shown = (_shown(viewer, entry, recorded),)
            if lead and contact.then and lead.stage is not contact.then[0]:
                moved = await move_locked(viewer, lead, contact.then[0])
                lead, shown = moved.lead, (_shown(viewer, moved.entry, moved.recorded), *shown)
        owes_score = before is not None and checked.shows_interest
        logged.append(Logged(shown, lead, _looks_the_same(before, lead), owes_score, _blind(named, before)))
        return recorded

    try:
        outcome = await once(viewer, key, work, Recorded)
    except Moved as moved:
        merged = msgspec.structs.replace(contact.activity, customer_id=moved.to_id)
        return await _once(viewer, replace(contact, activity=merged), key, logged)
    if logged:
        await _tell(logged[0])
    return outcome


async def _tell(logged: Logged) -> None:
    if logged.owes_score:
        await queue.wake("score_leads")
    if logged.lead:
        await live.announce(logged.lead)


async def _check_author(viewer: Viewer, user_id: str) -> None:
    if user_id != viewer.id and not await staff.is_known(viewer, user_id):
        raise Invalid([Problem("#/user_id", "must be somebody of the staff")])


async def _check_then(viewer: Viewer, contact: _Contact) -> None:
    """Lock the lead that is to move next; raises like `lock_current` when it is not as it was, else like `_append`."""
    if contact.then:
        lead = await leads.lock_for_contact(viewer, contact.activity)
        if lead is None:
            await customers.lock_to_write(viewer, contact.activity.customer_id)
            raise NotFound
        await check_current(viewer, lead, contact.then[1])


async def _append(
    viewer: Viewer, contact: _Contact, checked: CheckedActivity, key: Key | None
) -> tuple[Lead | None, NewEntry, Recorded, tuple[Colleague, ...]]:
    """Write the entry, and on the lead it is about, where there is one; return that lead as it was before, first.

    Whom it names comes last.
    """
    activity, kept, planned = contact.activity, idempotency.recorded_write(key), None
    if checked.follow_up:
        activity, planned = await _to_plan(viewer, activity)
        _check_reminding(contact, planned)
    entry, named = await name_mentioned(viewer, _entry(viewer, contact.activity, checked, planned))
    mentioned = mentions.written_with(entry)
    found = await leads.append_contact(viewer, activity, checked, entry, kept, mentioned)
    if found:
        return found[0], replace(entry, data=found[1]), found[2], named
    await customers.lock_to_write(viewer, activity.customer_id)
    if activity.lead_id is not None:
        raise NotFound
    return None, entry, await timeline.append(viewer, entry, kept, mentioned), named


async def _to_plan(viewer: Viewer, activity: ActivityLog) -> tuple[ActivityLog, Lead | None]:
    """Lock the lead that gets the next step, and name it: the one it is about, else the one lost last; None without."""
    lead = await leads.lock_for_contact(viewer, activity)
    if lead is None and activity.lead_id is None:
        lost = await leads.newest_lost(viewer, activity.customer_id)
        activity = msgspec.structs.replace(activity, lead_id=lost)
        lead = await leads.lock_for_contact(viewer, activity) if lost else None
    return activity, lead


def _check_reminding(contact: _Contact, lead: Lead | None) -> None:
    if contact.reminding and (lead is None or not can_be_planned(lead)):
        raise Invalid([Problem("#/next", REMINDS_NOBODY)])


def _blind(named: tuple[Colleague, ...], lead: Lead | None) -> tuple[str, ...]:
    owner = lead.assigned_to_id if lead else None
    return tuple(colleague.name for colleague in named if not colleague.can_see_lead_of(owner))


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


def _entry(viewer: Viewer, activity: ActivityLog, checked: CheckedActivity, planned: Lead | None) -> NewEntry:
    """Return what is written; of the lead that gets a next step also which one that replaces."""
    replaced = replaced_by(checked, planned) if planned else None
    facts = {
        "direction": activity.direction,
        "outcome": activity.outcome,
        "duration_minutes": activity.duration_minutes,
        "follow_up_at": checked.follow_up.at if checked.follow_up else None,
        "replaced_follow_up_at": replaced.at if replaced else None,
    }
    words = {
        "notes": checked.notes,
        "follow_up_note": checked.follow_up.note if checked.follow_up else "",
        "replaced_follow_up_note": replaced.note if replaced else "",
    }
    return NewEntry(
        customer_id=activity.customer_id,
        kind=kind_of(activity),
        actor_id=viewer.id,
        on_behalf_of=None if activity.user_id == viewer.id else activity.user_id,
        occurred_at=checked.occurred_at,
        data={name: value for name, value in facts.items() if value is not None},
        text={name: value for name, value in words.items() if value},
    )
