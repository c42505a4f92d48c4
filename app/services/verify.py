"""Verify the timeline: recompute every entry's hash, and compare the ends with what was anchored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.domain.chain import Break, ChainCheck, Head
from app.domain.viewer import system
from app.store import customers
from app.store import verify as store
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from app.domain.anchor import Anchor
    from app.domain.chain import ChainReport
    from app.domain.viewer import Viewer

# A rep must not read another rep's entries, but may know that nobody changed them: the chain is checked whole.
VERIFIER: Final = system("verify")


@dataclass(frozen=True, slots=True)
class LogReport:
    """What a verification of the whole log found."""

    customers: int
    entries: int
    erased: tuple[ChainReport, ...]
    breaks: tuple[Break, ...]


async def verify_customer(viewer: Viewer, customer_id: UUID) -> ChainReport:
    """Recompute a customer's chain, and those merged into it; raises NotFound outside the viewer's scope."""
    async with transaction(viewer):
        await customers.check_customer(viewer, customer_id)
    async with transaction(VERIFIER):
        await store.open_snapshot(VERIFIER)
        theirs = [customer_id, *await customers.merged_into(VERIFIER, customer_id)]
        reports = {report.customer_id: report async for report in _check_chains(theirs, {})}
    own = reports.pop(str(customer_id), None) or ChainCheck(Head(str(customer_id), 0, None)).finish()
    return own.with_merged(list(reports.values()))


async def verify_log(
    anchor: Anchor | None, begin: Callable[[int], None], step: Callable[[int], None]
) -> LogReport:
    """Recompute every chain in one snapshot; `begin` hears how many entries there are, `step` how many are done."""
    anchored = dict(anchor.heads) if anchor else {}
    number, entries = 0, 0
    erased: list[ChainReport] = []
    merged: list[ChainReport] = []
    breaks: list[Break] = []
    async with transaction(VERIFIER):
        await store.open_snapshot(VERIFIER)
        begin(await store.count_entries(VERIFIER))
        async for report in _check_chains(None, anchored):
            number, entries = number + 1, entries + report.entries
            if report.textless:
                merged.append(report)
            else:
                breaks += report.breaks
            if report.erased_at:
                erased.append(report)
            anchored.pop(report.customer_id, None)
            step(report.entries)
    gone = {report.customer_id for report in erased}
    for report in merged:
        breaks += report.settled(erased=report.merged_into in gone).breaks
    breaks += [
        Break(head.customer_id, head.seq, "was anchored, and its customer is gone")
        for head in anchored.values()
    ]
    return LogReport(number, entries, tuple(erased), tuple(breaks))


async def _check_chains(ids: list[UUID] | None, anchored: dict[str, Head]) -> AsyncIterator[ChainReport]:
    check: ChainCheck | None = None
    async for head, links in store.read_chains(VERIFIER, ids):
        if check is None or check.head.customer_id != head.customer_id:
            if check is not None:
                yield check.finish()
            check = ChainCheck(head, anchored.get(head.customer_id))
        for link in links:
            check.add(link)
    if check is not None:
        yield check.finish()
