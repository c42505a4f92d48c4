"""Leads from a table: kept whole first, tried, then taken in line by line as captures are."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Invalid, Problem
from app.core.ids import uuid7
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.import_line import read_line
from app.domain.lead_import import Import, NotNow, find_faults, guess_mapping, read_sheet
from app.domain.permissions import check_operate
from app.domain.viewer import system
from app.gateways import queue
from app.services.lead_capture import making_now, take_in
from app.store import audit
from app.store import lead_imports as store
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.import_line import Line
    from app.domain.lead_import import Row
    from app.domain.viewer import Viewer

VIEWER: Final = system("import")
TRIED_AT_ONCE: Final = 500
TAKEN_AT_ONCE: Final = 50
PATIENCE: Final = 6.0
LONGEST_FILE_NAME: Final = 200
PREVIEW: Final = 5
NOTED: Final = {"running": "import_started", "cancelled": "import_cancelled"}


async def upload(viewer: Viewer, file_name: str, raw: bytes) -> UUID:
    """Keep a file's lines and guess what its columns are. Raises Malformed."""
    check_operate(viewer)
    sheet = await asyncio.to_thread(read_sheet, raw)
    import_id, now = uuid7(), clock.now()
    name = "".join(letter for letter in file_name if letter.isprintable())[:LONGEST_FILE_NAME] or "leads.csv"
    mapping = guess_mapping(sheet.columns)
    new = Import(import_id, name, sheet.columns, mapping, "uploaded", len(sheet.lines), viewer.id, "", now)
    async with transaction(viewer):
        await store.insert_import(viewer, new, sheet)
    return import_id


async def read_import(viewer: Viewer, import_id: UUID) -> tuple[Import, list[Row]]:
    """Return an import, and its first lines for a preview."""
    check_operate(viewer)
    async with reading(viewer):
        found = await store.read_import(viewer, import_id)
        return found, _filled(found, await store.list_rows(viewer, import_id, "", 0, PREVIEW))


async def list_imports(viewer: Viewer) -> list[Import]:
    """Return the newest imports."""
    check_operate(viewer)
    async with reading(viewer):
        return await store.list_imports(viewer)


async def list_rows(viewer: Viewer, import_id: UUID, outcome: str, after: int, limit: int) -> list[Row]:
    """Return a page of an import's lines."""
    check_operate(viewer)
    async with reading(viewer):
        found = await store.read_import(viewer, import_id)
        return _filled(found, await store.list_rows(viewer, import_id, outcome, after, limit))


async def export_refused(viewer: Viewer, import_id: UUID) -> tuple[Import, list[Row]]:
    """Return an import with all its refused lines, to be taken out; that they were is noted."""
    check_operate(viewer)
    async with transaction(viewer):
        found = await store.read_import(viewer, import_id)
        await audit.append(viewer, Act("import_exported", str(import_id)))
        return found, _filled(found, await store.list_rows(viewer, import_id, "refused", 0, found.total))


async def start_check(viewer: Viewer, import_id: UUID, mapping: tuple[str, ...]) -> None:
    """Begin to try the lines by this mapping, which changes no lead. Raises Invalid, NotNow."""
    await _move_on(viewer, import_id, ("uploaded", "checked"), "checking", mapping)


async def start_run(viewer: Viewer, import_id: UUID) -> None:
    """Begin to take the lines in, or go on. Raises NotNow before a try."""
    await _move_on(viewer, import_id, ("checked", "cancelled"), "running")


async def cancel(viewer: Viewer, import_id: UUID) -> None:
    """Stop after the current batch; what was taken in stays, and the rest can be gone on with."""
    await _move_on(viewer, import_id, ("checked", "running"), "cancelled")


async def discard(viewer: Viewer, import_id: UUID) -> None:
    """Forget a table and its lines. Raises NotNow once any of them was taken in."""
    check_operate(viewer)
    async with transaction(VIEWER):
        found = await store.read_import(VIEWER, import_id, lock="FOR UPDATE OF lead_import")
        if not found.can_be_discarded:
            raise NotNow
        await store.delete_import(VIEWER, import_id)
        await audit.append(VIEWER, Act("import_discarded", str(import_id), number=found.total, who=viewer.id))


async def advance(seconds: float | None = None) -> bool:
    """Work on what is under way for a few seconds, at least for a batch; True when something may be left."""
    end = time.monotonic() + (PATIENCE if seconds is None else seconds)
    while await _batch():
        if time.monotonic() >= end:
            return True
    return False


async def _batch() -> bool:
    """Do one batch in one transaction: a killed worker's batch never happened, and the next one does it."""
    now = clock.now()
    async with transaction(VIEWER):
        found = await store.claim_due(VIEWER)
        if found is None:
            return False
        if found.status == "checking":
            await _try_some(found, now)
        else:
            await _take_some(found, now)
    return True


async def _try_some(found: Import, now: datetime) -> None:
    rows = _filled(found, await store.next_rows(VIEWER, found.id, "forecast", TRIED_AT_ONCE))
    if not rows:
        await store.set_status(VIEWER, found.id, "checked", now)
        return
    clean = {row.line: _clean(found, row, now) for row in rows}
    emails = [one.contact.email_norm for one in clean.values() if not isinstance(one, list)]
    joining = await store.expected_to_join(VIEWER, found.id, emails)
    written: list[tuple[object, ...]] = []
    for line, one in clean.items():
        if isinstance(one, list):
            written.append((line, "refused", one, None, None))
            continue
        email = one.contact.email_norm
        written.append((line, "merged" if email in joining else "created", [], email, None))
        joining.add(email)
    await store.write_rows(VIEWER, found.id, "forecast", written)


async def _take_some(found: Import, now: datetime) -> None:
    rows = _filled(found, await store.next_rows(VIEWER, found.id, "outcome", TAKEN_AT_ONCE))
    if not rows:
        await store.set_status(VIEWER, found.id, "done", now)
        return
    clean = [(row.line, _clean(found, row, now)) for row in rows]
    written: list[tuple[object, ...]] = [
        (line, "refused", one, None, None) for line, one in clean if isinstance(one, list)
    ]
    good = [(one, line) for line, one in clean if not isinstance(one, list)]
    # Always in the order of their e-mails: of two imports at once, one waits and neither dies.
    for one, line in sorted(good, key=lambda pair: (pair[0].contact.email_norm, pair[1])):
        making = replace(making_now(now), value=one.value)
        _, lead = await take_in(found.created_by_id, one.contact, making)
        written.append((line, "created" if lead.created else "merged", [], None, lead.id))
    await store.write_rows(VIEWER, found.id, "outcome", written)


def _filled(found: Import, rows: list[Row]) -> list[Row]:
    """Give lines that are too short their empty cells; an erased one stays without any."""
    width = len(found.columns)
    return [
        replace(row, cells=(*row.cells, *[""] * (width - len(row.cells)))) if row.cells else row
        for row in rows
    ]


def _clean(found: Import, row: Row, now: datetime) -> Line | list[Problem]:
    if not row.cells:
        return [Problem("#", "the line was erased")]
    try:
        return read_line(found, row.cells, settings().currency, now)
    except Invalid as error:
        return error.problems


async def _move_on(
    viewer: Viewer, import_id: UUID, before: Sequence[str], after: str, mapping: tuple[str, ...] | None = None
) -> None:
    check_operate(viewer)
    async with transaction(VIEWER):
        found = await store.read_import(VIEWER, import_id, lock="FOR NO KEY UPDATE OF lead_import")
        if found.status not in before:
            raise NotNow
        if mapping is not None:
            _check_mapping(found, mapping)
            await store.set_mapping(VIEWER, import_id, mapping)
        await store.set_status(VIEWER, import_id, after, clock.now())
        if after in NOTED:
            await audit.append(VIEWER, Act(NOTED[after], str(import_id), number=found.total, who=viewer.id))
    await queue.wake("import_leads")


def _check_mapping(found: Import, mapping: tuple[str, ...]) -> None:
    faults = find_faults(mapping)
    if len(mapping) != len(found.columns):
        faults = [Problem("#/mapping", f"must say what each of {len(found.columns)} columns is")]
    if faults:
        raise Invalid(faults)
