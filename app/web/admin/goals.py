"""What each rep is to win a month: set for a month and those after it, and who set what when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Invalid, Malformed
from app.domain.goal import check_goals, months_ahead
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import goals
from app.web import formats
from app.web.formats import plural
from app.web.forms import SEEN, Form, read_form, with_seen
from app.web.guards import needs
from app.web.reports.cells import figure
from app.web.respond import page, redirect, zone

if TYPE_CHECKING:
    from decimal import Decimal

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/goals"
FIELD: Final = "goal_"  # before a rep's id
NEEDS: Final = needs(check_administer)


@get(PATH, name="admin.goals", opt=NEEDS)
async def show_goals(request: Asking) -> Response[str]:
    """Show every rep's goal for a month, ready to be changed, and what was set before."""
    return await _show(request, _month(request.query_params.get("month", "")), None)


@post(PATH, name="admin.goals.set", opt=NEEDS)
async def set_goals(request: Asking) -> Response[str]:
    """Set the goals that were typed from a month on, or show the form again with what is wrong."""
    form = await read_form(request)
    month = _month(form.text("month"))
    if month is None:
        raise Malformed("This form does not say from which month on")
    wanted = _typed(form)
    form.note_also(lambda: check_goals(wanted))
    try:
        form.check()
        number = await goals.set_goals(request.user, wanted, month, formats.today(zone(request)))
    except Invalid as error:
        return await _show(request, month, form.with_problems(error))
    said = f"{plural(number, 'goal')} set from {figure(month)} on." if number else "No goal was changed."
    return redirect(request, f"{PATH}?month={month}", said)


async def _show(request: Asking, month: date | None, sent: Form | None) -> Response[str]:
    months = months_ahead(formats.today(zone(request)))
    shown = month if month and month in months else months[0]
    found = await goals.list_goals(request.user, shown)
    form = sent or Form(with_seen({f"{FIELD}{rep.id}": _written(rep.goal) for rep in found.reps}))
    return page(
        request,
        "admin/goals/page.html.jinja2",
        status=422 if form.errors else 200,
        form=form,
        months=months,
        month=shown,
        goals=found,
        field=FIELD,
    )


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _typed(form: Form) -> dict[str, Decimal | None]:
    """Return the goals that are others than the form showed; notes what is no amount."""
    names = [name for name in form.values if name.startswith(FIELD)]
    changed = [name for name in names if form.text(name) != form.text(SEEN + name)]
    return {name.removeprefix(FIELD): form.amount(name) if form.text(name) else None for name in changed}


def _written(goal: Decimal | None) -> str:
    return "" if goal is None else f"{goal:f}".removesuffix(".00")


routes: Final = [show_goals, set_goals]
