"""Correcting an entry: a form beside what it corrects."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post

from app.core.errors import Conflict, Invalid
from app.domain.viewer import Viewer
from app.services.corrections import correct_entry, read_entry
from app.web.forms import Form, read_form
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]


@get("/customers/{customer_id:uuid}/entries/{entry_id:uuid}/correct", name="timeline.ask_correction")
async def ask_correction(request: Asking, customer_id: UUID, entry_id: UUID) -> Response[str]:
    """Ask what is right; nothing is saved."""
    entry = await read_entry(request.user, customer_id, entry_id)
    form = Form({"notes": str(entry.text.get("notes", ""))}).with_new_key()
    return page(request, "timeline/correct.html.jinja2", entry=entry, form=form, message="")


@post(
    "/customers/{customer_id:uuid}/entries/{entry_id:uuid}/correct", name="timeline.correct", status_code=200
)
async def correct(request: Asking, customer_id: UUID, entry_id: UUID) -> Response[str]:
    """Write the correction, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        key = form.key(request.user)
        made = (await correct_entry(request.user, customer_id, entry_id, form.text("notes"), key)).value
    except (Invalid, Conflict) as error:
        entry = await read_entry(request.user, customer_id, entry_id)
        shown = form.with_problems(error) if isinstance(error, Invalid) else form
        message = "" if isinstance(error, Invalid) else error.detail
        context: dict[str, Any] = {"entry": entry, "form": shown, "message": message}
        return page(request, "timeline/correct.html.jinja2", status=error.status, **context)
    return redirect(request, f"/customers/{customer_id}#e-{made.id}", "The correction is written.")


routes = [ask_correction, correct]
