"""A form in a dialog, or on a page of its own for who has no script; nothing is saved before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response

from app.core.errors import Conflict, Invalid, LeadIsClosed
from app.services.leads import read_lead
from app.web import formats
from app.web.forms import Form
from app.web.leads.moves import closed, why
from app.web.respond import is_partial, page, zone

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.domain.lead import Lead
    from app.domain.viewer import Viewer

Asking = Request[Any, Any, Any]
Refused = tuple[Form, Invalid | Conflict]
CLOSED: Final = "leads/closed.html.jinja2"
MERGED: Final = "Nothing is saved yet: what you left alone is up to date here, and what you typed is kept."


def ask(request: Asking, part: str, lead: Lead, values: dict[str, str], **context: Any) -> Response[str]:
    """Show the form about a lead as it is now, which remembers from where it was asked for."""
    view = request.query_params.get("view", "")
    hidden = {"version": str(lead.version), "from": lead.stage.value, "view": view}
    return show(request, part, Form(values | hidden).with_new_key(), lead=lead, **context)


def ask_open(request: Asking, part: str, lead: Lead, values: dict[str, str], **context: Any) -> Response[str]:
    """Show the form like `ask`; about a lead that is closed already, say so instead."""
    if lead.stage.is_open:
        return ask(request, part, lead, values, **context)
    return ask(request, CLOSED, lead, {}, message=closed(lead))


def show(
    request: Asking, part: str, form: Form, problem: Conflict | Invalid | None = None, **context: Any
) -> Response[str]:
    """Answer with the dialog's content, or with a page around it."""
    template = part if is_partial(request) else "leads/act_page.html.jinja2"
    message = why(problem, MERGED) if isinstance(problem, Conflict) else ""
    status = problem.status if problem else 200
    context = {"lead": None, "part": part, "form": form, "message": message, **context}
    return page(request, template, status=status, **context)


async def again(
    request: Asking,
    part: str,
    lead_id: UUID,
    refused: Refused,
    values: Callable[[Lead], dict[str, str]] | None = None,
    **context: Any,
) -> Response[str]:
    """Show the form again, what was typed kept; after somebody else's change it is about the new version.

    `values` are the lead's own in the form's fields: those that were left alone follow. A closed lead has no form.
    """
    form, error = refused
    viewer: Viewer = request.user
    lead = await read_lead(viewer, lead_id)
    if isinstance(error, Invalid):
        return show(request, part, form.with_problems(error), error, lead=lead, **context)
    part = CLOSED if isinstance(error, LeadIsClosed) else part
    fresh = form.anew(values(lead) if values else {}, _in_words(request, lead))
    current = replace(fresh, values=fresh.values | {"version": str(lead.version)})
    return show(request, part, current, error, lead=lead, **context)


def _in_words(request: Asking, lead: Lead) -> dict[str, str]:
    """Return what a lead's fields hold as people say it, by the names that they have in forms."""
    value, day, at = formats.money(lead.expected_value), lead.expected_close_on, lead.follow_up_at
    return {
        "value": value if lead.expected_value else "",
        "amount": value if lead.expected_value else "",
        "close_on": formats.day(day, zone(request)) if day else "",
        "next": formats.appointment(at, zone(request)) if at else "nothing planned",
        "assigned_to_id": lead.assigned_to_name or "Nobody",
    }
