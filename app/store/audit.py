"""The audit: appended where something is done, read by admins, never changed (tables/sql/104_audit.sql)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import msgspec

from app.core import security_log
from app.domain.audit import ACTS, AuditLine, AuditPage
from app.store import cursor as cursors
from app.store.transaction import after_commit, connection
from app.store.where import Where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.audit import Act, AuditFilter, Refusal
    from app.domain.viewer import Viewer

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Id = Annotated[int, msgspec.Meta(ge=0, le=2**62)]

_APPEND: Final = """
    INSERT INTO audit_event (kind, event, who, about, also, number) VALUES ($1, $2, $3, $4, $5, $6)"""
# Whoever is neither of the staff nor a machine may be a customer: their id is for the log alone.
_REFUSED: Final = """
    INSERT INTO audit_event (kind, event, who, reason, route, number)
    SELECT 'refused', event, CASE WHEN machine OR EXISTS (SELECT FROM staff WHERE staff.id = who) THEN who END,
        reason, left(route, 200), number
    FROM unnest($1::text[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::integer[])
        AS refused (event, who, machine, reason, route, number)"""


def _about(subject: str) -> str:
    """Return which events are about this, as SQL."""
    return "found.event IN ({})".format(
        ", ".join(f"'{name}'" for name, act in ACTS.items() if act.subject == subject)
    )


_NEWEST: Final = "ORDER BY at DESC, id DESC LIMIT {limit}"
_EVERYBODYS: Final = "SELECT * FROM audit_event WHERE {where} {newest}"
# What somebody did, and what others did to them: each by its own index.
_SOMEBODYS: Final = """
    SELECT theirs.* FROM unnest({ids}::text[]) AS known (id) CROSS JOIN LATERAL (
        (SELECT * FROM audit_event WHERE who = known.id AND {where} {newest})
        UNION ALL
        (SELECT * FROM audit_event WHERE about = known.id AND who IS DISTINCT FROM known.id AND {where} {newest})
    ) theirs"""
_NAMED: Final = f"""
    SELECT found.*, staff.name AS who_name, CASE
        WHEN {_about("customer")} THEN (SELECT name FROM customer WHERE id = found.about::uuid)
        WHEN {_about("lead")} THEN (SELECT customer.name FROM lead JOIN customer ON customer.id = lead.customer_id
            WHERE lead.id = found.about::uuid)
        WHEN {_about("staff")} THEN (SELECT name FROM staff WHERE id = found.about) END AS about_name,
        CASE WHEN {_about("lead")} THEN (SELECT name FROM staff WHERE id = found.also) END AS also_name
    FROM ({{found}}) found LEFT JOIN staff ON staff.id = found.who
    ORDER BY found.at DESC, found.id DESC LIMIT {{limit}}"""

_PEOPLE: Final = """
    SELECT id, name FROM (SELECT id, name FROM staff UNION ALL SELECT id::text, name FROM customer WHERE id = $1) known
    ORDER BY lower(name), id"""


async def append(viewer: Viewer, act: Act) -> None:
    """Append an act of the viewer's inside the open transaction; the security log tells of it after the commit."""
    who = act.who or viewer.id
    row = (ACTS[act.event].kind, act.event, who, act.about, act.also, act.number)
    await connection().execute(_APPEND, *row)
    more = {"of": act.about, "also": act.also, "number": act.number if ACTS[act.event].counted else None}
    told = {name: value for name, value in more.items() if value is not None}
    after_commit(partial(security_log.succeeded, act.event, who, **told))


async def insert_refusals(_viewer: Viewer, counted: Mapping[Refusal, int]) -> None:
    """Append what was refused, and how often, in one statement."""
    rows = [
        (each.event, each.who, each.is_machine, each.reason, each.route, n) for each, n in counted.items()
    ]
    await connection().execute(_REFUSED, *(list(column) for column in zip(*rows, strict=True)))


async def list_audit(
    viewer: Viewer, narrowed: AuditFilter, ids: Sequence[str], *, limit: int, cursor: str | None
) -> AuditPage:
    """Return a page of the audit, newest first; of somebody, where they have `ids`. Raises Invalid for a bad cursor."""
    where = Where(viewer, "$1::text IS NOT NULL")
    if narrowed.kind:
        where.add(f"kind = {where.bind(narrowed.kind)}")
    if narrowed.since:
        where.add(f"at >= {where.bind(narrowed.since)}")
    if narrowed.before:
        where.add(f"at < {where.bind(narrowed.before)}")
    if cursor:
        at, last = cursors.decode(cursor, tuple[_Moment, _Id])
        where.add(f"(at, id) < ({where.bind(at)}, {where.bind(last)})")
    bound = where.bind(list(ids)) if ids else ""
    newest = _NEWEST.format(limit=limit + 1)
    found = (_SOMEBODYS if ids else _EVERYBODYS).format(ids=bound, where=where, newest=newest)
    rows = await connection().fetch(_NAMED.format(found=found, limit=limit + 1), *where.args)
    items = tuple(AuditLine(**dict(row)) for row in rows[:limit])
    more = len(rows) > limit
    return AuditPage(items, cursors.encode(items[-1].at, items[-1].id) if more else None)


async def list_people(_viewer: Viewer, customer_id: UUID | None) -> dict[str, str]:
    """Return the names of the staff by their ids, who left included, and of one customer."""
    rows = await connection().fetch(_PEOPLE, customer_id)
    return {row["id"]: row["name"] for row in rows}
