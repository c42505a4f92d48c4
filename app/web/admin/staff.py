"""The staff directory: who is active, who takes leads, who is signed in. Roles are the SSO's."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Malformed
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import staff
from app.services.sessions import end_sessions
from app.web.formats import plural
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
PAGE: Final = "/admin/staff"


@get(PAGE, name="admin.staff", opt=needs(check_administer))
async def show_staff(request: Asking) -> Response[str]:
    """Show the directory."""
    people = await staff.list_staff(request.user)
    return page(request, "admin/staff/page.html.jinja2", people=people)


@post(f"{PAGE}/leads", name="admin.staff_leads", opt=needs(check_administer))
async def set_accepts_leads(request: Asking) -> Response[str]:
    """Let captured leads go to somebody in turn, or no longer."""
    form = await read_form(request)
    if form.text("accepts") not in {"yes", "no"}:
        raise Malformed("This form does not say whether they take leads")
    accepts = form.text("accepts") == "yes"
    await staff.set_accepts_leads(request.user, form.text("staff_id"), accepts=accepts)
    return redirect(request, PAGE, "They take new leads again." if accepts else "They take no new leads.")


@post(f"{PAGE}/sessions", name="admin.staff_sessions", opt=needs(check_administer))
async def sign_out(request: Asking) -> Response[str]:
    """Sign somebody out everywhere."""
    ended = await end_sessions(request.user, (await read_form(request)).text("staff_id"))
    return redirect(request, PAGE, f"Signed out of {plural(ended, 'session')}.")


routes: Final = [show_staff, set_accepts_leads, sign_out]
