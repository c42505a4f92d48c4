"""The audit: read by admins; and what was refused, counted beside the requests and written a minute's worth at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.core.log import logger
from app.domain.audit import ACTORS, Act, Refusal
from app.domain.export import BYTE_ORDER_MARK, csv_lines
from app.domain.permissions import check_administer
from app.domain.viewer import system
from app.store import audit as store
from app.store.customers import merged_into
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from app.domain.audit import AuditFilter, AuditLine, AuditPage
    from app.domain.viewer import Viewer

VIEWER: Final = system("audit")
# So many seconds of refusals are one write; so many kinds of them are told apart, the others are only counted.
EVERY: Final = 60.0
MOST_APART: Final = 100
PATIENCE: Final = 5.0
ROWS_AT_ONCE: Final = 1_000
HEADING: Final = (
    "at", "kind", "event", "who", "who_name", "about", "about_name", "also", "number", "reason", "route",
)  # fmt: skip

log = logger("audit")
_refused: Final[Counter[Refusal]] = Counter()


async def read_audit(
    viewer: Viewer, narrowed: AuditFilter, *, limit: int, cursor: str | None
) -> tuple[AuditPage, dict[str, str]]:
    """Return a page of the audit, and who can be asked for, by id. Admins only; raises Invalid for a bad cursor."""
    check_administer(viewer)
    async with reading(viewer, much=True):
        page = await _page(viewer, narrowed, limit, cursor)
        people = await store.list_people(viewer, _uuid(narrowed.person))
    known = {**people, **ACTORS}
    return page, known if narrowed.person in {"", *known} else {**known, narrowed.person: narrowed.person}


async def export_audit(viewer: Viewer, narrowed: AuditFilter) -> AsyncIterator[str]:
    """Return the audit as CSV, page by page; that it was asked for stands in it first. Admins only."""
    check_administer(viewer)
    await note_export(viewer, "audit_exported")
    return _lines(viewer, narrowed)


async def note_export(viewer: Viewer, event: str, about: str | None = None) -> None:
    """Note that the viewer takes data out, and commit that: nothing leaves unrecorded."""
    async with transaction(viewer):
        await store.append(viewer, Act(event, about))


def note_refusal(refusal: Refusal) -> None:
    """Count what was refused: no round trip, and no more memory or rows however many come."""
    is_one_more = refusal not in _refused and len(_refused) >= MOST_APART
    _refused[Refusal(refusal.event) if is_one_more else refusal] += 1


async def keep_refusals() -> None:
    """Write down what was counted since the last time. What cannot be written is let go: the security log has it."""
    if not _refused:
        return
    counted = dict(_refused)
    _refused.clear()
    try:
        async with asyncio.timeout(PATIENCE), transaction(VIEWER):
            await store.insert_refusals(VIEWER, counted)
    except Exception as error:  # noqa: BLE001  nobody is above a background task
        log.warning("refusals_not_kept", number=sum(counted.values()), error=type(error).__name__)


@asynccontextmanager
async def keeping_refusals() -> AsyncGenerator[None]:
    """Write down what is refused every minute, and once more at the end."""
    over = asyncio.Event()
    keeping = asyncio.create_task(_keep_on(over))
    try:
        yield
    finally:
        over.set()
        await keeping


async def _keep_on(over: asyncio.Event) -> None:
    while not over.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), EVERY)
        await keep_refusals()


async def _page(viewer: Viewer, narrowed: AuditFilter, limit: int, cursor: str | None) -> AuditPage:
    ids = await _ids_of(viewer, narrowed.person)
    return await store.list_audit(viewer, narrowed, ids, limit=limit, cursor=cursor)


async def _ids_of(viewer: Viewer, person: str) -> list[str]:
    """Return the ids of a person: of a customer also those of records that were merged into theirs."""
    customer_id = _uuid(person)
    if customer_id is None:
        return [person] if person else []
    merged = await merged_into(viewer, customer_id)
    return list(dict.fromkeys([person, *(str(each) for each in (customer_id, *merged))]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _lines(viewer: Viewer, narrowed: AuditFilter) -> AsyncIterator[str]:
    yield BYTE_ORDER_MARK + csv_lines([HEADING])
    cursor: str | None = None
    while True:
        async with reading(viewer, much=True):
            page = await _page(viewer, narrowed, ROWS_AT_ONCE, cursor)
        yield csv_lines(_cells(line) for line in page.items)
        if (cursor := page.next_cursor) is None:
            return


def _cells(line: AuditLine) -> tuple[str, ...]:
    names = (line.who, line.who_name, line.about, line.about_name, line.also)
    return (
        line.at.isoformat(timespec="milliseconds"),
        line.kind,
        line.event,
        *(name or "" for name in names),
        str(line.number),
        line.reason or "",
        line.route or "",
    )
