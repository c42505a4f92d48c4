"""Give many leads to others: chosen and looked at in the URL, confirmed by a form, watched, taken back."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import MultiDict

from app.core.errors import Conflict, Invalid
from app.core.ids import uuid7
from app.domain.permissions import check_assign_lead
from app.domain.reassign import Wanted
from app.domain.viewer import Viewer
from app.services import reassign
from app.services.staff import list_staff
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
PAGE: Final = "/admin/reassign"


@get(PAGE, name="admin.reassign", opt=needs(check_assign_lead))
async def show_form(request: Asking) -> Response[str]:
    """Show the form; once somebody is chosen, what it would do and the button that does it."""
    asked = request.query_params
    preview, form = None, _form(asked)
    if "from" in asked and asked.getall("to", []):
        try:
            preview = await reassign.preview(request.user, _wanted(asked))
        except Invalid as error:
            form = form.with_problems(error)
    return await _page(request, form, preview=preview)


@post(PAGE, name="admin.start_reassign", opt=needs(check_assign_lead))
async def start(request: Asking) -> Response[str]:
    """Begin what was looked at, and show how it goes. Sent twice, it begins once."""
    sent, form = await request.form(), await read_form(request)
    task_id = form.uuid("id") or uuid7()
    try:
        await reassign.start(request.user, task_id, _wanted(sent))
    except Invalid as error:
        return await _page(request, _form(sent).with_problems(error), status=error.status)
    return redirect(request, f"{PAGE}/{task_id}")


@get(f"{PAGE}/{{task_id:uuid}}", name="admin.watch_reassign", opt=needs(check_assign_lead))
async def watch(request: Asking, task_id: UUID) -> Response[str]:
    """Show how far it is; the page asks again by itself until it is over."""
    part = "admin/reassign/_progress.html.jinja2"
    template = part if is_partial(request) else "admin/reassign/watch.html.jinja2"
    return page(request, template, task=await reassign.read_reassignment(request.user, task_id))


@post(f"{PAGE}/{{task_id:uuid}}/undo", name="admin.undo_reassign", opt=needs(check_assign_lead))
async def undo(request: Asking, task_id: UUID) -> Response[str]:
    """Give back what is still where it was moved to; asked twice, the page says how it stands."""
    try:
        await reassign.undo(request.user, task_id)
    except Conflict:
        task = await reassign.read_reassignment(request.user, task_id)
        return page(request, "admin/reassign/watch.html.jinja2", status=Conflict.status, task=task)
    return redirect(request, f"{PAGE}/{task_id}")


async def _page(request: Asking, form: Form, *, status: int = 200, **context: Any) -> Response[str]:
    people = await list_staff(request.user)
    return page(
        request,
        "admin/reassign/page.html.jinja2",
        status=status,
        form=form,
        chosen=form.values.get("to", "").split("\n"),
        people=people,
        names={person.id: person.name for person in people},
        recent=await reassign.recent(request.user),
        new_id=uuid7(),
        **{"preview": None, **context},
    )


def _wanted(sent: MultiDict[Any] | Any) -> Wanted:
    receivers = tuple(each for each in sent.getall("to", []) if isinstance(each, str))
    return Wanted(sent.get("from") or None, receivers, sent.get("stage") or None, sent.get("reason") or "")


def _form(sent: MultiDict[Any] | Any) -> Form:
    values = {name: str(sent.get(name, "")) for name in ("stage", "reason")}
    if "from" in sent:
        values["from"] = str(sent["from"])
    return Form({**values, "to": "\n".join(_wanted(sent).to_ids)})


routes: Final = [show_form, start, watch, undo]
