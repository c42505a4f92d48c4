"""The scoring: what is active and how it does, all versions, a comparison, promotion and roll-back."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get, post

from app.domain.permissions import check_administer
from app.domain.scoring.points import Points
from app.domain.scoring.rules import Rules
from app.domain.viewer import Viewer
from app.services import score_models
from app.web.forms import read_form
from app.web.guards import needs
from app.web.respond import is_partial, page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/scoring"
NEEDS: Final = needs(check_administer)
# name, label, and whether more is better
MEASURES: Final = (
    ("auc", "Right order (AUC)", True),
    ("average_precision", "Average precision", True),
    ("log_loss", "Log loss", False),
    ("brier", "Brier score", False),
    ("ece", "Calibration error", False),
    ("lift_10", "Lift of the best 10 %", True),
)


@get(PATH, name="admin.scoring", opt=NEEDS)
async def show_scoring(request: Asking) -> Response[str]:
    """Show the active version with its picture, and every version there was; for htmx how far the new scores are."""
    if is_partial(request):
        outdated = await score_models.count_outdated(request.user)
        return page(request, "admin/scoring/_outdated.html.jinja2", outdated=outdated)
    found = await score_models.read_overview(request.user)
    return page(
        request,
        "admin/scoring/page.html.jinja2",
        overview=found,
        outdated=found.outdated,
        tables=points_of(found.model.body),
        measures=MEASURES,
    )


@get(f"{PATH}/compare", name="admin.scoring.compare", opt=NEEDS)
async def compare(request: Asking) -> Response[str]:
    """Show two versions beside each other, judged by the same leads."""
    names = (request.query_params.get("a", ""), request.query_params.get("b", ""))
    one, other, leads = await score_models.compare_versions(request.user, names)
    return page(
        request,
        "admin/scoring/compare.html.jinja2",
        pair=(one, other),
        leads=leads,
        measures=MEASURES,
        tables=[points_of(side.model.body) for side in (one, other)],
    )


@post(f"{PATH}/activate", name="admin.scoring.activate", opt=NEEDS)
async def activate(request: Asking) -> Response[str]:
    """Score by another version from now on."""
    form = await read_form(request)
    await score_models.activate_version(request.user, form.text("version"))
    return redirect(request, PATH, "This version scores from now on.")


def points_of(body: Rules | Points) -> list[tuple[str, list[tuple[str, int]]]]:
    """Return what a version gives points for, as tables: a name, and lines of words and points."""
    if isinstance(body, Rules):
        groups = (("Fit", body.fit), ("Engagement", body.touches), ("Less for", body.penalties))
        return [(name, [(rule.label, rule.points) for rule in some]) for name, some in groups]
    return [
        (
            field.label,
            [
                *sorted(field.values.items(), key=lambda line: -line[1]),
                *((field.span(place), points) for place, points in enumerate(field.spans)),
                ("not given", field.missing),
                *([("another", field.other)] if not field.spans else []),
            ],
        )
        for field in body.fields
    ]


routes: Final = [show_scoring, compare, activate]
