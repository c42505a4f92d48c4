"""Going through My day by telephone: one lead after another, with what to know before and the form for after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from litestar import Request, Response, get

from app.domain.viewer import Viewer
from app.services.calls import read_call
from app.services.timeline import MOST_TICKETS
from app.web.calls.run import PATH, VIEW, query_of, read_run
from app.web.forms import Form
from app.web.respond import page, redirect, zone
from app.web.timeline import composer
from app.web.timeline.filter import NOT_FOLDED

if TYPE_CHECKING:
    from app.domain.calls import Run
    from app.services.calls import Call

Asking = Request[Viewer, Any, Any]


@get(PATH, name="calls.show")
async def show_call(request: Asking) -> Response[str]:
    """Show whose turn it is, or what was done; who has no day of calls gets what My day gives them."""
    if not request.user.is_rep:
        return redirect(request, "/")
    run = read_run(request.query_params)
    has_paused = request.query_params.get("pause") == "1"
    call = None if has_paused else await read_call(request.user, zone(request), run, NOT_FOLDED)
    if call:
        return page(request, "calls/page.html.jinja2", **_shown(request, run, call))
    return page(
        request,
        "calls/done.html.jinja2",
        run=run,
        has_paused=has_paused,
        on_url=f"{PATH}?{query_of(run)}",
        again_url=f"{PATH}?{query_of(replace(run, after=None, skipped=0))}",
    )


def _shown(request: Asking, run: Run, call: Call) -> dict[str, Any]:
    lead, (customer, tickets, history) = call.story.lead, call.story.beside.value
    here, past = query_of(run), replace(run, after=call.turn.cursor)
    about = composer.of_form(request, lead, lead)
    blank: Form = about.pop("form")
    then = VIEW + query_of(replace(past, logged=run.logged + 1))
    return {
        **about,
        "lead": lead,
        "customer": customer,
        "customer_id": customer.id,
        "tickets": tickets,
        "most_tickets": MOST_TICKETS,
        "entries": history.page.items,
        "form": replace(blank, values=blank.values | {"view": then}),
        "message": "",
        "view": VIEW + here,
        "number": run.logged + run.skipped + 1,
        "total": run.logged + run.skipped + call.turn.left,
        "skip_url": f"{PATH}?{query_of(replace(past, skipped=run.skipped + 1))}",
        "pause_url": f"{PATH}?pause=1&{here}",
    }


routes = [show_call]
