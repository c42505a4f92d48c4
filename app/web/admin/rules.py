"""Editing the scoring rules: a draft in a form, tried on real leads, kept as a version of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Request, Response, get, post

from app.core.errors import Invalid
from app.domain.permissions import check_administer
from app.domain.scoring.drafting import TOUCHES
from app.domain.scoring.fields import FIELDS
from app.domain.viewer import Viewer
from app.services import score_rules
from app.web.admin import rules_form
from app.web.admin.rules_form import form_of, read_rules
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import page, redirect

if TYPE_CHECKING:
    from app.services.score_rules import Tried
    from app.web.forms import Form

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/scoring/rules"
NEEDS: Final = needs(check_administer)
KEPT: Final = ("from", "note", "activate")


@get(PATH, name="admin.rules", opt=NEEDS)
async def show_rules(request: Asking) -> Response[str]:
    """Show the newest rules, or those of a version, ready to be changed."""
    version, rules = await score_rules.read_rules(request.user, request.query_params.get("from") or None)
    return _show(request, form_of(rules, {"from": version}))


@post(f"{PATH}/try", name="admin.rules.try", opt=NEEDS)
async def try_rules(request: Asking) -> Response[str]:
    """Show what the draft would do to real leads, or the draft again with what is wrong."""
    form = await read_form(request)
    try:
        rules = read_rules(form)
    except Invalid:
        return _show(request, form)
    tried = await score_rules.try_draft(request.user, rules)
    return _show(request, form_of(rules, {name: form.text(name) for name in KEPT}), tried)


@post(PATH, name="admin.rules.save", opt=NEEDS)
async def save_rules(request: Asking) -> Response[str]:
    """Keep the draft as the next version, or show it again with what is wrong."""
    form = await read_form(request)
    try:
        rules = read_rules(form)
    except Invalid:
        return _show(request, form)
    at_once = form.text("activate") == "yes"
    await score_rules.save_rules(request.user, rules, form.text("note"), activate=at_once)
    said = (
        "The rules are saved, and score from now on." if at_once else "The rules are saved as a new version."
    )
    return redirect(request, "/admin/scoring", said)


def _show(request: Asking, form: Form, tried: Tried | None = None) -> Response[str]:
    return page(
        request,
        "admin/scoring/rules.html.jinja2",
        status=422 if form.errors else 200,
        form=form,
        rows={group: rules_form.rows_of(form, group) for group in rules_form.GROUPS},
        wrong=rules_form.problems(form),
        tried=tried,
        labels=rules_form.LABELS,
        groups=rules_form.GROUPS,
        cells=rules_form.CELLS,
        columns=rules_form.COLUMNS,
        fields=FIELDS,
        touches=TOUCHES,
    )


routes: Final = [show_rules, try_rules, save_rules]
