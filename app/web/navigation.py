"""The pages that stand beside every page, by who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import permissions
from app.domain.report import REPORTS

if TYPE_CHECKING:
    from app.domain.viewer import Viewer


def navigation(viewer: Viewer) -> list[tuple[str, str, str]]:
    """Return the viewer's pages: path, label, icon."""
    pages = [("/", "My day" if viewer.is_rep else "Home", "home")]
    if permissions.can_see_board(viewer):
        pages += [("/board", "Board", "board"), ("/leads", "Leads", "rows")]
    pages.append(("/customers", "Customers", "people"))
    if permissions.can_work_tickets(viewer):
        pages.append(("/tickets", "Tickets", "ticket"))
    if permissions.can_see_reports(viewer):
        pages.append(("/reports", "Reports", "chart"))
    if permissions.can_administer(viewer):
        pages.append(("/admin", "Admin", "lock"))
    return pages


def places(viewer: Viewer, q: str) -> list[tuple[str, str, str]]:
    """Return the pages behind those whose names are begun by the words of `q`: path, label, icon."""
    wanted = q.lower().split() if len(q) > 1 else []
    return [place for place in _behind(viewer) if wanted and _is_begun(place[1], wanted)]


def _is_begun(label: str, wanted: list[str]) -> bool:
    words = label.lower().split()
    return all(any(word.startswith(begun) for word in words) for begun in wanted)


def _behind(viewer: Viewer) -> list[tuple[str, str, str]]:
    pages: list[tuple[str, str, str]] = []
    if permissions.can_see_board(viewer):
        pages += [
            ("/leads?stage=closed_won", "Leads: Won", "rows"),
            ("/leads?stage=closed_lost", "Leads: Lost", "rows"),
        ]
    if permissions.can_see_reports(viewer):
        compares = permissions.can_compare_reps(viewer)
        pages += [
            (f"/reports/{name}", f"Report: {title}", "chart")
            for name, title in REPORTS.items()
            if compares or name != "reps"
        ]
    if permissions.can_administer(viewer):
        from app.web.admin.index import AREAS  # noqa: PLC0415  the areas' own page is drawn with this navigation

        pages += [(path, f"Admin: {label}", icon) for path, label, icon, _ in AREAS]
    return pages


def section_of(viewer: Viewer | None, path: str) -> str:
    """Return the viewer's page that a path is a part of, empty for none."""
    places = [to for to, _, _ in navigation(viewer)] + ["/mentions"] if viewer else []
    return next((to for to in places if to == path or (to != "/" and path.startswith(to))), "")
