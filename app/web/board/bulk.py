"""Changing many leads at once: from the board's selection, or from the tick boxes of a column's own page."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post

from app.core.errors import Invalid, Malformed
from app.domain.bulk import MOST, Pick, Wish
from app.domain.lead import FollowUp
from app.domain.permissions import check_move_lead
from app.domain.pipeline import parse_stage
from app.domain.viewer import Viewer
from app.services.bulk import change_many
from app.web.dialogs import show
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.reps import NEW, chosen, is_looking, offered
from app.web.respond import zone
from app.web.when import CHOICES, planned

Asking = Request[Viewer, Any, Any]
ASK: Final = "board/bulk.html.jinja2"
DONE: Final = "board/bulk_done.html.jinja2"


@post("/leads/bulk", name="bulk.change", opt=needs(check_move_lead), status_code=200)
async def change(request: Asking) -> Response[str]:
    """Ask what to do with the leads picked; once that is said, do it and say what became of each."""
    form, picks = await read_form(request), await _picks(request)
    if not form.text("act") or is_looking(form):
        return await _ask(request, form.with_new_key(), picks)
    try:
        rows = await change_many(request.user, picks, _wish(request, form), form.key(request.user))
    except Invalid as error:
        return await _ask(request, form.with_problems(error), picks, error)
    return show(request, DONE, form, rows=rows, done=sum(row.done for row in rows))


async def _ask(
    request: Asking, form: Form, picks: list[Pick], problem: Invalid | None = None
) -> Response[str]:
    reps = await offered(request, form, NEW)
    chips = [choice for choice in CHOICES if choice[0] != "day"]
    return show(request, ASK, form, problem, picks=picks, reps=reps, choices=chips)


async def _picks(request: Asking) -> list[Pick]:
    """Read `id:version` of each lead picked, each once."""
    sent = await request.form()
    try:
        pairs = [str(value).split(":") for value in sent.getall("lead", [])]
        picks = {UUID(lead_id): Pick(UUID(lead_id), int(version[:10])) for lead_id, version in pairs}
    except ValueError as error:
        raise Malformed("This form does not say which leads it is about") from error
    if len(picks) > MOST:
        raise Malformed(f"At most {MOST} leads can be changed at once")
    return list(picks.values())


def _wish(request: Asking, form: Form) -> Wish:
    act = form.text("act")
    if act == "move":
        return Wish(move_to=parse_stage(form.text("to")))
    if act == "assign":
        return Wish(assign_to=chosen(form, NEW))
    if act != "follow_up":
        form.note("act", "Please choose what to do")
    at = planned(form, zone(request))
    form.check()
    return Wish(follow_up=FollowUp(at, form.text("follow_up_note") if at else ""))


routes = [change]
