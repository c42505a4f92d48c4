"""Events of the SSO and what became of each; dead ones again, or put aside; our accounts compared with the SSO's."""

from __future__ import annotations

import contextlib
from typing import Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Conflict, Invalid, Malformed, NotFound
from app.domain.permissions import check_administer
from app.domain.sso_events import Unwanted
from app.domain.viewer import Viewer
from app.services import identity_events, reconcile
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
PAGE: Final = "/admin/inbox"
# status: its label and the colour of its chip
STATUSES: Final = {
    "dead": ("Dead", "bad"),
    "waiting": ("Waiting", "warn"),
    "received": ("Received", "info"),
    "applied": ("Applied", "ok"),
    "stale": ("Stale", ""),
    "ignored": ("Ignored", ""),
    "discarded": ("Discarded", ""),
}


@get(PAGE, name="admin.inbox", opt=needs(check_administer))
async def show_inbox(request: Asking) -> Response[str]:
    """Show the newest events, all or of one status; to a comparison that is watched, only how far it is."""
    if is_partial(request):
        runs = await reconcile.recent_runs(request.user)
        return page(request, "admin/inbox/runs.html.jinja2", runs=runs)
    return await _inbox(request, Form())


async def _inbox(request: Asking, form: Form, code: int = 200) -> Response[str]:
    status = request.query_params.get("status", "")
    status = status if status in STATUSES else ""
    return page(
        request,
        "admin/inbox/page.html.jinja2",
        status=code,
        form=form,
        lines=await identity_events.list_inbox(request.user, status or None),
        counts=await identity_events.count_inbox(request.user),
        conflicts=await identity_events.list_conflicts(request.user),
        runs=await reconcile.recent_runs(request.user),
        chosen=status,
        statuses=STATUSES,
    )


@post(f"{PAGE}/replay", name="admin.replay", opt=needs(check_administer))
async def replay(request: Asking) -> Response[str]:
    """Take one dead or discarded event up again, or all dead ones."""
    form = await read_form(request)
    event_id = form.text("id")
    if not event_id and form.text("all") != "yes":
        raise Malformed("This form does not say which event")
    try:
        await identity_events.replay(request.user, event_id or None)
    except NotFound:
        if event_id:
            raise  # Of "all dead ones" there may be none any more.
    return redirect(
        request, PAGE, "Dead events are tried again." if not event_id else "The event is tried again."
    )


@post(f"{PAGE}/discard", name="admin.discard", opt=needs(check_administer))
async def discard(request: Asking) -> Response[str]:
    """Put aside an event that can never be applied; or show the list again and say that a reason is missing."""
    form = await read_form(request)
    event = Unwanted(form.text("id"), form.text("because"), form.text("source"))
    try:
        await identity_events.discard(request.user, event)
    except Invalid as error:
        return await _inbox(request, form.with_problems(error), error.status)
    return redirect(request, PAGE, "The event is discarded. It can still be tried again.")


@post("/admin/reconcile", name="admin.reconcile", opt=needs(check_administer))
async def compare(request: Asking) -> Response[str]:
    """Begin to compare every account; who asks twice looks at the same comparison."""
    with contextlib.suppress(Conflict):
        await reconcile.ask(request.user)
    return redirect(request, PAGE)


routes: Final = [show_inbox, replay, discard, compare]
