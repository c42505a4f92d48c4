"""Give many leads to others: chosen and looked at in the URL, confirmed by a form, watched, taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import MultiDict

from app.core import clock
from app.core.errors import Conflict, Invalid
from app.core.ids import uuid7
from app.core.settings import settings
from app.domain.lead_list import NEWEST, LeadFilter
from app.domain.permissions import check_assign_lead
from app.domain.pipeline import OPEN_STAGES
from app.domain.reassign import MOST_SHARE, Preview, Reassignment, Receivers, only_open
from app.domain.viewer import Viewer
from app.services import reassign
from app.services.staff import list_staff
from app.web.admin.seen_leads import pack, unpack
from app.web.asked import number
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.leads.filter import query_of_leads, read_lead_filter
from app.web.respond import is_partial, page, redirect

if TYPE_CHECKING:
    from collections.abc import Iterable

Asking = Request[Viewer, Any, Any]
PAGE: Final = "/admin/reassign"
WATCH: Final = "admin/reassign/watch.html.jinja2"
LONGEST_SHARE: Final = 3
OWN: Final = ("receiver", "share", "why")  # in the URL beside the filter of the list of leads


@get(PAGE, name="admin.reassign", opt=needs(check_assign_lead))
async def show_form(request: Asking) -> Response[str]:
    """Show the form; once something is chosen, which leads it is about; with receivers, the button that moves them."""
    asked = request.query_params
    preview, form = None, _form(asked)
    if asked:
        to, (narrowed, _) = _receivers(asked), _filter(request)
        try:
            preview = await reassign.preview(request.user, narrowed, to if to.ids else None)
        except Invalid as error:
            form = form.with_problems(error)
    return await _page(request, form, preview)


@post(PAGE, name="admin.start_reassign", opt=needs(check_assign_lead))
async def start(request: Asking) -> Response[str]:
    """Begin what was looked at, and show how it goes. Sent twice, it begins once."""
    sent, form = await request.form(), await read_form(request)
    task_id = form.uuid("id") or uuid7()
    try:
        await reassign.start(request.user, task_id, unpack(form.text("leads")), _receivers(sent))
    except Invalid as error:
        return await _page(request, _form(sent).with_problems(error), status=error.status)
    return redirect(request, f"{PAGE}/{task_id}")


@get(f"{PAGE}/{{task_id:uuid}}", name="admin.watch_reassign", opt=needs(check_assign_lead))
async def watch(request: Asking, task_id: UUID) -> Response[str]:
    """Show how far it is; the page asks again by itself until it is over."""
    part = "admin/reassign/_progress.html.jinja2"
    template = part if is_partial(request) else WATCH
    return _watched(request, template, await reassign.read_reassignment(request.user, task_id))


@post(f"{PAGE}/{{task_id:uuid}}/undo", name="admin.undo_reassign", opt=needs(check_assign_lead))
async def undo(request: Asking, task_id: UUID) -> Response[str]:
    """Give back what nobody moved on since; asked twice or too late, the page says how it stands."""
    try:
        await reassign.undo(request.user, task_id)
    except Conflict as error:
        task = await reassign.read_reassignment(request.user, task_id)
        return _watched(request, WATCH, task, refused=error)
    return redirect(request, f"{PAGE}/{task_id}")


def _watched(
    request: Asking, template: str, task: Reassignment, refused: Conflict | None = None
) -> Response[str]:
    status = refused.status if refused else 200
    can_undo = task.can_undo(clock.now())
    return page(request, template, status=status, task=task, can_undo=can_undo, refused=refused)


async def _page(
    request: Asking, form: Form, preview: Preview | None = None, *, status: int = 200
) -> Response[str]:
    narrowed, notices = _filter(request)
    people, owner = await list_staff(request.user), narrowed.on_board.owner
    return page(
        request,
        "admin/reassign/page.html.jinja2",
        status=status,
        form=form,
        notices=notices,
        asked=narrowed,
        filter=narrowed.on_board,
        every_stage=narrowed.stages == OPEN_STAGES,
        sources=(),
        givers=[person for person in people if person.rep_id or person.open_leads or person.id == owner],
        people=people,
        names={person.id: person.name for person in people},
        have={person.id: person.open_leads for person in people},
        chosen=form.values["receiver"].split("\n"),
        shares=_shares(form.values["share"].split("\n")),
        most_share=MOST_SHARE,
        recent=await reassign.recent(request.user),
        preview=preview,
        **(_previewed(narrowed, preview) if preview else {}),
    )


def _previewed(narrowed: LeadFilter, preview: Preview) -> dict[str, Any]:
    return {
        "leads_query": query_of_leads(replace(only_open(narrowed), sort=NEWEST)),
        "packed": pack((lead.id, lead.version) for lead in preview.leads),
        "new_id": uuid7(),
        "currency": settings().currency,
    }


def _filter(request: Asking) -> tuple[LeadFilter, list[str]]:
    """Return the filter in the URL, and what of it was ignored; `me` by name, as the form offers people."""
    narrowed, notices = read_lead_filter(request, "this page", OWN)
    if narrowed.on_board.owner != "me":
        return narrowed, notices
    return replace(narrowed, on_board=replace(narrowed.on_board, owner=request.user.id)), notices


def _receivers(sent: MultiDict[Any] | Any) -> Receivers:
    return Receivers(_texts(sent, "receiver"), str(sent.get("why", "")), _shares(_texts(sent, "share")))


def _form(sent: MultiDict[Any] | Any) -> Form:
    shares = "\n".join(_texts(sent, "share"))
    return Form(
        {"why": str(sent.get("why", "")), "receiver": "\n".join(_texts(sent, "receiver")), "share": shares}
    )


def _texts(sent: MultiDict[Any] | Any, name: str) -> tuple[str, ...]:
    return tuple(each for each in sent.getall(name, []) if isinstance(each, str) and each)


def _shares(texts: Iterable[str]) -> dict[str, int]:
    """Return who gets how many while others get one, each said as 2:rita; what says no number is left out."""
    said = (text.partition(":") for text in texts)
    return {who: number(share, LONGEST_SHARE) for share, _, who in said if share.isdigit()}


routes: Final = [show_form, start, watch, undo]
