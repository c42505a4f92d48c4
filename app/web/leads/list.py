"""The list of leads: a page of it, the same as a file, and whose leads it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from litestar import Request, Response, get
from litestar.response import Stream

from app.domain.lead_list import MOMENTS
from app.domain.permissions import check_administer, check_see_board
from app.domain.viewer import Viewer
from app.services.export import export_leads
from app.services.leads import read_lead_list
from app.web.board.filter import NAMED_OWNERS, Query, query_of
from app.web.board.owners import offer
from app.web.guards import needs
from app.web.leads.filter import has_filter, heads, query_of_leads, read_lead_filter, stage_links
from app.web.respond import file_called, page

Asking = Request[Viewer, Any, Any]
PATH: Final = "/leads"
PAGE: Final = 50


@get(PATH, name="leads.list", opt=needs(check_see_board))
async def show_leads(request: Asking) -> Response[str]:
    """Show the viewer's leads as a table."""
    narrowed, notices = read_lead_filter(request)
    cursor = request.query_params.get("cursor")
    found, owner = await read_lead_list(request.user, narrowed, limit=PAGE, cursor=cursor)
    query = Query(query_of_leads(narrowed), has_filter(narrowed))
    return page(
        request,
        "leads/list.html.jinja2",
        page=found,
        asked=narrowed,
        filter=narrowed.on_board,
        query=query,
        is_first=not cursor,
        board_query=query_of(narrowed.on_board).text,
        stage_links=stage_links(narrowed),
        heads=heads(narrowed),
        moments=MOMENTS,
        notices=notices,
        show_owner=request.user.is_admin,
        owner=NAMED_OWNERS.get(narrowed.on_board.owner) or owner or "Unknown owner",
        sources=sorted({lead.source for lead in found.items if lead.source}),
    )


@get(f"{PATH}/export", name="leads.export", opt=needs(check_see_board))
async def export(request: Asking) -> Stream:
    """Answer with the list as a file for spreadsheets."""
    narrowed, _ = read_lead_filter(request)
    headers = file_called("leads.csv")
    return Stream(await export_leads(request.user, narrowed), media_type="text/csv", headers=headers)


@get(f"{PATH}/owners", name="leads.owners", opt=needs(check_administer))
async def choose_owner(request: Asking) -> Response[str]:
    """Show the owners the list can be narrowed to."""
    narrowed, _ = read_lead_filter(request)
    on_board = narrowed.on_board

    def query_with(owner: str) -> str:
        return query_of_leads(replace(narrowed, on_board=replace(on_board, owner=owner)))

    return await offer(request, PATH, on_board.owner, query_with)


routes: Final = [show_leads, export, choose_owner]
