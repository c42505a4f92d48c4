"""The reports: a page each, and its table as a file for spreadsheets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get

from app.domain.permissions import can_compare_reps, check_administer, check_compare_reps, check_see_reports
from app.domain.report import OF_TODAY, REPORTS
from app.domain.viewer import Viewer
from app.services.reports import export_report, read_report
from app.web.board.filter import NAMED_OWNERS
from app.web.board.owners import offer
from app.web.guards import needs
from app.web.reports.cells import as_csv
from app.web.reports.customers import show_lifetimes
from app.web.reports.filter import groupings, query_of, ranges, read_asked, wider
from app.web.reports.leads import show_funnel, show_lost, show_velocity
from app.web.reports.sums import show_forecast, show_reps, show_sources
from app.web.respond import file_called, page, redirect

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.report import Asked
    from app.web.reports.shown import Shown

Asking = Request[Viewer, Any, Any]
PATH: Final = "/reports"
FOR_ALL: Final = [name for name in REPORTS if name != "reps"]
CSV: Final = "text/csv"
_SHOW: Final[dict[str, Callable[[Any, Asked], Shown]]] = {
    "funnel": show_funnel,
    "velocity": show_velocity,
    "forecast": show_forecast,
    "lost": show_lost,
    "sources": show_sources,
    "clv": show_lifetimes,
    "reps": show_reps,
}


@get(PATH, name="reports.first", opt=needs(check_see_reports))
async def show_first(request: Asking) -> Response[str]:
    """Lead to the first report."""
    return redirect(request, f"{PATH}/{FOR_ALL[0]}")


@get([f"{PATH}/{name}" for name in FOR_ALL], name="reports.show", opt=needs(check_see_reports))
async def show_report(request: Asking) -> Response[str]:
    """Show a report of the viewer's leads."""
    return await _page(request)


@get(f"{PATH}/reps", name="reports.reps", opt=needs(check_compare_reps))
async def compare_reps(request: Asking) -> Response[str]:
    """Show how each rep does."""
    return await _page(request)


@get([f"{PATH}/{name}/table.csv" for name in FOR_ALL], name="reports.table", opt=needs(check_see_reports))
async def download_table(request: Asking) -> Response[str]:
    """Answer with a report's table as a file."""
    return await _file(request)


@get(f"{PATH}/reps/table.csv", name="reports.reps_table", opt=needs(check_compare_reps))
async def download_reps(request: Asking) -> Response[str]:
    """Answer with the reps' figures as a file."""
    return await _file(request)


@get(f"{PATH}/owners", name="reports.owners", opt=needs(check_administer))
async def choose_owner(request: Asking) -> Response[str]:
    """Show the owners a report can be narrowed to."""
    asked, _ = read_asked(request)
    wanted = request.query_params.get("report", "")
    name = wanted if wanted in REPORTS else FOR_ALL[0]
    return await offer(
        request,
        f"{PATH}/{name}",
        asked.owner,
        lambda owner: query_of(replace(asked, owner=owner)),
        report=name,
    )


def _name(request: Asking) -> str:
    return request.scope["path"].split("/")[2]


async def _page(request: Asking) -> Response[str]:
    name = _name(request)
    asked, notices = read_asked(request, name)
    report = await read_report(request.user, name, asked)
    return page(
        request,
        "reports/page.html.jinja2",
        name=name,
        asked=asked,
        shown=_SHOW[name](report.figures, report.asked),
        owner=NAMED_OWNERS.get(asked.owner) or report.owner or "Unknown owner",
        notices=notices,
        query=query_of(asked),
        ranges=ranges(asked),
        groupings=groupings(asked),
        wider=wider(asked),
        of_today=OF_TODAY.get(name, ""),
        reports={key: title for key, title in REPORTS.items() if key != "reps" or can_compare_reps(request.user)},
    )  # fmt: skip


async def _file(request: Asking) -> Response[str]:
    name, (asked, _) = _name(request), read_asked(request)
    report = await export_report(request.user, name, asked)
    days = asked.today.isoformat()
    if name not in OF_TODAY:
        days = f"{asked.period.first.isoformat()}-to-{asked.period.last.isoformat()}"
    by = f"-by-{asked.by}" if name == "sources" else ""
    headers = file_called(f"{name}{by}-{days}.csv")
    return Response(as_csv(_SHOW[name](report.figures, report.asked).table), media_type=CSV, headers=headers)


routes: Final = [show_first, show_report, compare_reps, choose_owner, download_table, download_reps]
