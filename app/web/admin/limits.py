"""The board's limits: how many open leads a rep should have in each stage at most, and who set them when."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Invalid
from app.domain.permissions import check_administer
from app.domain.pipeline import OPEN_STAGES
from app.domain.viewer import Viewer
from app.services import stage_limits
from app.web.forms import Form, read_form
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/board"
NEEDS: Final = needs(check_administer)


@get(PATH, name="admin.limits", opt=NEEDS)
async def show_limits(request: Asking) -> Response[str]:
    """Show the limits in force, ready to be changed, and what was set before."""
    return await _show(request, None)


@post(PATH, name="admin.limits.set", opt=NEEDS)
async def set_limits(request: Asking) -> Response[str]:
    """Set the limits, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        await stage_limits.set_limits(request.user, {stage: form.text(stage) for stage in OPEN_STAGES})
    except Invalid as error:
        return await _show(request, form.with_problems(error))
    return redirect(request, PATH, "The limits are set.")


async def _show(request: Asking, sent: Form | None) -> Response[str]:
    current, recent = await stage_limits.list_limits(request.user)
    form = sent or Form({stage: str(most or "") for stage, most in current.items()})
    return page(
        request,
        "admin/limits/page.html.jinja2",
        status=422 if form.errors else 200,
        form=form,
        stages=OPEN_STAGES,
        recent=recent,
    )


routes: Final = [show_limits, set_limits]
