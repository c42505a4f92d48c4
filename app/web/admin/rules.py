"""Editing the scoring rules: a draft in a form, tried on real leads, kept as a version of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Invalid
from app.domain.permissions import check_administer
from app.domain.scoring.drafting import TOUCHES
from app.domain.scoring.fields import FIELDS
from app.domain.scoring.rules import Rule, Rules, TouchRule
from app.domain.viewer import Viewer
from app.services import score_rules
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import page, redirect

if TYPE_CHECKING:
    from app.services.score_rules import Tried
    from app.web.forms import Form

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/scoring/rules"
NEEDS: Final = needs(check_administer)
GROUPS: Final = {"fit": "Fit", "touches": "Engagement", "penalties": "Less for"}
SPARE: Final = 2
MOST_ROWS: Final = 110
LARGEST: Final = 1_000_000


@get(PATH, name="admin.rules", opt=NEEDS)
async def show_rules(request: Asking) -> Response[str]:
    """Show the newest rules, or those of a version, ready to be changed."""
    version, rules = await score_rules.read_rules(request.user, request.query_params.get("from") or None)
    return _show(request, rules, version)


@post(f"{PATH}/try", name="admin.rules.try", opt=NEEDS)
async def try_rules(request: Asking) -> Response[str]:
    """Show what the draft would do to real leads."""
    form = await read_form(request)
    rules = read_rules(form)
    try:
        return _show(
            request, rules, form.text("from"), tried=await score_rules.try_draft(request.user, rules)
        )
    except Invalid as error:
        return _show(request, rules, form.text("from"), wrong=_words(error, rules))


@post(PATH, name="admin.rules.save", opt=NEEDS)
async def save_rules(request: Asking) -> Response[str]:
    """Keep the draft as the next version."""
    form = await read_form(request)
    rules = read_rules(form)
    try:
        at_once = form.text("activate") == "yes"
        await score_rules.save_rules(request.user, rules, form.text("note"), activate=at_once)
    except Invalid as error:
        return _show(request, rules, form.text("from"), wrong=_words(error, rules))
    return redirect(request, "/admin/scoring")


def read_rules(form: Form) -> Rules:
    """Read a draft; a row without a label is left out, and what is no number counts as nothing."""
    return Rules(
        start=round(_number(form, "start") or 0),
        fit=tuple(_rule(form, row) for row in _rows(form, "fit")),
        touches=tuple(_touch(form, row) for row in _rows(form, "touches")),
        penalties=tuple(_rule(form, row) for row in _rows(form, "penalties")),
        fit_cap=round(_number(form, "fit_cap") or 0),
        engagement_cap=round(_number(form, "engagement_cap") or 0),
        half_life_days=_number(form, "half_life_days") or 0,
    )


def _rows(form: Form, group: str) -> list[str]:
    names = [f"{group}-{place}" for place in range(MOST_ROWS)]
    return [name for name in names if form.text(f"{name}-label")]


def _rule(form: Form, row: str) -> Rule:
    values = tuple(
        word for part in form.text(f"{row}-values").split(",") if (word := " ".join(part.split()).casefold())
    )
    return Rule(
        label=form.text(f"{row}-label"),
        points=round(_number(form, f"{row}-points") or 0),
        field=form.text(f"{row}-field"),
        values=values,
        at_least=_number(form, f"{row}-at_least"),
        below=_number(form, f"{row}-below"),
    )


def _touch(form: Form, row: str) -> TouchRule:
    points, cap = (round(_number(form, f"{row}-{name}") or 0) for name in ("points", "cap"))
    return TouchRule(form.text(f"{row}-label"), points, form.text(f"{row}-field"), cap)


def _number(form: Form, name: str) -> float | None:
    try:
        value = float(form.text(name).replace(",", "."))
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None


def _words(error: Invalid, rules: Rules) -> list[str]:
    """Say which rule each problem is about."""
    said: list[str] = []
    for problem in error.problems:
        group, _, place = problem.pointer.removeprefix("#/").partition("/")
        some = {"fit": rules.fit, "touches": rules.touches, "penalties": rules.penalties}.get(group, ())
        name = f"“{some[int(place)].label}”" if place else group.replace("_", " ").capitalize()
        said.append(f"{name} {problem.detail}")
    return said


def _show(
    request: Asking, rules: Rules, version: str, *, tried: Tried | None = None, wrong: list[str] | None = None
) -> Response[str]:
    return page(
        request,
        "admin/scoring/rules.html.jinja2",
        status=422 if wrong else 200,
        rules=rules,
        version=version,
        tried=tried,
        wrong=wrong or [],
        groups=GROUPS,
        fields=FIELDS,
        touches=TOUCHES,
        spare=SPARE,
    )


routes: Final = [show_rules, try_rules, save_rules]
