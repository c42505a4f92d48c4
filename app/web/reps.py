"""Choosing a rep in a form: from a list in a small company, by words in a large one."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from app.domain.characters import has_control_characters
from app.domain.identity import LONGEST_SUBJECT
from app.domain.permissions import check_assign_lead
from app.domain.team import Offer
from app.domain.viewer import Viewer
from app.services.team import offer_reps
from app.web.forms import Form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
NEW: Final = "assigned_to_id"
FIRST: Final = "owner_id"
NOBODY: Final = {NEW: "", FIRST: "Nobody yet"}


@get("/reps", name="reps.find", opt=needs(check_assign_lead))
async def find(request: Asking) -> Response[str]:
    """Show the reps that have the words, as choices of the form's field; a whole page is the board."""
    asked = request.query_params
    field = asked.get("field", "")
    chosen, who = asked.get(field, ""), asked.get("who", "")
    if not is_partial(request) or field not in NOBODY:
        return redirect(request, "/board")
    reps = await offer_reps(request.user, words_of(chosen), words_of(who))
    return page(request, "ui/reps.html.jinja2", field=field, reps=reps, chosen=chosen, nobody=NOBODY[field])


async def offered(request: Asking, form: Form, field: str) -> Offer | None:
    """Return whom the form offers in this field; None for who gives no leads to others."""
    return await offer_reps(request.user, words_of(form.text(field)), words_of(form.text("who")))


def is_looking(form: Form) -> bool:
    """True when the form was sent to find somebody, by who has no script: nothing is done yet."""
    return bool(form.text("find"))


def chosen(form: Form, field: str) -> str:
    """Return the id of the rep chosen, empty for nobody; raises Invalid when somebody is meant and not chosen."""
    if not form.text(field) and (form.text("who") or not NOBODY[field]):
        form.note(field, "Please choose a colleague")
    form.check()
    return form.text(field)


def words_of(asked: str) -> str:
    """Return what somebody looks for, as far as the database can be asked for it."""
    return "" if has_control_characters(asked) else asked.strip()[:LONGEST_SUBJECT]


routes = [find]
