"""A form in a dialog, or on a page of its own for who has no script; nothing is saved before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import Request, Response

from app.core.errors import Conflict, Invalid
from app.services.leads import read_lead
from app.web.forms import Form
from app.web.moves import why
from app.web.respond import is_partial, page

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.lead import Lead
    from app.domain.viewer import Viewer

Asking = Request[Any, Any, Any]
Refused = tuple[Form, Invalid | Conflict]


def blank(request: Asking, lead: Lead, wanted: dict[str, str]) -> Form:
    """Return the form about a lead as it is now, which remembers from where it was asked for."""
    view = request.query_params.get("view", "")
    hidden = {"version": str(lead.version), "from": lead.stage.value, "view": view}
    return Form(wanted | hidden).with_new_key()


def show(
    request: Asking, part: str, form: Form, problem: Conflict | Invalid | None = None, **context: Any
) -> Response[str]:
    """Answer with the dialog's content, or with a page around it."""
    template = part if is_partial(request) else "leads/act_page.html.jinja2"
    message = why(problem) if isinstance(problem, Conflict) else ""
    status = problem.status if problem else 200
    context = {"lead": None, "part": part, "form": form, "message": message, **context}
    return page(request, template, status=status, **context)


async def again(request: Asking, part: str, lead_id: UUID, refused: Refused, **context: Any) -> Response[str]:
    """Show the form again, the values kept; after somebody else's change it is about the new version."""
    form, error = refused
    viewer: Viewer = request.user
    lead = await read_lead(viewer, lead_id)
    if isinstance(error, Invalid):
        return show(request, part, form.with_problems(error), error, lead=lead, **context)
    fresh = Form(form.values | {"version": str(lead.version)})
    return show(request, part, fresh, error, lead=lead, **context)
