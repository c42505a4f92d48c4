"""The way to every page for admins, and what waits for one. A new area is a line of AREAS."""

from __future__ import annotations

from typing import Any, Final

from litestar import Request, Response, get

from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services.staff import read_attention
from app.web.guards import needs
from app.web.respond import page

Asking = Request[Viewer, Any, Any]

# path, label, icon, what it is for
AREAS: Final = [
    ("/admin/staff", "Staff", "people", "Who is active, who takes new leads, who is signed in"),
    (
        "/admin/erasures",
        "Privacy",
        "lock",
        "What is held about a person, as a file; who asked to be forgotten",
    ),
    (
        "/admin/duplicates",
        "Duplicates",
        "people",
        "Customers who may be one person: compared, merged for good, or kept apart",
    ),
    (
        "/admin/audit",
        "Audit",
        "search",
        "Who signed in, took data out or changed something, and what was refused",
    ),
    ("/admin/reassign", "Reassign leads", "arrow", "Give many leads to others at once, and take it back"),
    ("/admin/goals", "Goals", "trophy", "What each rep is to win a month, and since when"),
    ("/admin/board", "Board", "flag", "How many open leads a rep should have in each stage at most"),
    (
        "/admin/clients",
        "Clients",
        "link",
        "Who sends forms, how many lately, and with which secrets",
    ),
    (
        "/admin/imports",
        "Import leads",
        "board",
        "A table of leads: mapped, tried, and taken in line by line",
    ),
    (
        "/admin/captures",
        "Captures",
        "form",
        "Every form that came: taken in, refused, or held for a decision",
    ),
    (
        "/admin/scoring",
        "Scoring",
        "chart",
        "How right the scores are, the rules, what was learned, and roll-back",
    ),
    ("/admin/events", "Events", "send", "Whether won sales have reached onboarding, and what to do when not"),
    (
        "/admin/inbox",
        "Sign-in events",
        "mail",
        "What the SSO told us, what could not be applied, and a comparison",
    ),
]


@get("/admin", name="admin.index", opt=needs(check_administer))
async def show_index(request: Asking) -> Response[str]:
    """Show the areas, and above them what waits."""
    return page(request, "admin/index.html.jinja2", areas=AREAS, waits=await read_attention(request.user))


routes: Final = [show_index]
