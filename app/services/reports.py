"""Reports: figures of the viewer's leads, or for an admin of everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.domain.permissions import check_compare_reps, check_see_reports
from app.domain.report import Report
from app.services.audit import note_export
from app.store import lifetime, report_sums, reports
from app.store.read_together import read_alone, read_together
from app.store.team import who_is
from app.store.transaction import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.report import Asked
    from app.domain.viewer import Viewer
    from app.store.read_together import Read

_FIGURES: Final[dict[str, Callable[[Viewer, Asked], Read[Any]]]] = {
    "funnel": reports.funnel,
    "velocity": reports.velocity,
    "forecast": report_sums.forecast,
    "lost": reports.lost,
    "sources": report_sums.sources,
    "clv": lifetime.lifetimes,
    "reps": report_sums.reps,
}


def check_report(viewer: Viewer, name: str) -> None:
    """Raise Forbidden for who may not see this report."""
    (check_compare_reps if name == "reps" else check_see_reports)(viewer)


async def export_report(viewer: Viewer, name: str, asked: Asked) -> Report[Any]:
    """Return the report of this name to be taken out, which is noted; raises Forbidden."""
    check_report(viewer, name)
    await note_export(viewer, "report_exported", name)
    return await read_report(viewer, name, asked)


async def read_report(viewer: Viewer, name: str, asked: Asked) -> Report[Any]:
    """Return the report of this name, in one statement; raises Forbidden."""
    check_report(viewer, name)
    figures = _FIGURES[name](viewer, asked)
    async with reading(viewer, much=True):
        if asked.owner in {"", "none"}:
            return Report(asked, await read_alone(figures))

        def put_together(build: Callable[[], Any], owner: str | None) -> Report[Any]:
            return Report(asked, build(), owner)

        found = await read_together(
            put_together,
            figures,
            who_is(viewer, viewer.id if asked.owner == "me" else asked.owner),
        )
        return found.value
