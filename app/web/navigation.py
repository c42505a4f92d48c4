"""The pages that stand beside every page, by who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain import permissions

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


def section_of(viewer: Viewer | None, path: str) -> str:
    """Return the viewer's page that a path is a part of, empty for none."""
    pages = navigation(viewer) if viewer else []
    return next((to for to, _, _ in pages if to == path or (to != "/" and path.startswith(to))), "")
