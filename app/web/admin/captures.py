"""The capture log: every submission, what became of it, and the decision on those that are held."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from app.domain.capture_log import OUTCOMES, Capture, CaptureFilter
from app.domain.permissions import check_administer
from app.domain.viewer import Viewer
from app.services import capture_log
from app.web.asked import next_page, words
from app.web.guards import needs
from app.web.respond import page, redirect

Asking = Request[Viewer, Any, Any]
PATH: Final = "/admin/captures"
PAGE: Final = 50
CHIPS: Final = {"created": "ok", "merged": "info", "held": "warn", "discarded": "", "refused": "bad"}
NEEDS: Final = needs(check_administer)


@get(PATH, name="admin.captures", opt=NEEDS)
async def show_captures(request: Asking) -> Response[str]:
    """Show the log, newest first, narrowed by what the address says."""
    asked = {name: words(request, name) for name in ("outcome", "client", "q")}
    if asked["outcome"] not in OUTCOMES:
        asked["outcome"] = ""
    cursor = request.query_params.get("cursor")
    found, clients, held = await capture_log.list_captures(
        request.user, CaptureFilter(**asked), limit=PAGE, cursor=cursor
    )
    return page(
        request,
        "admin/captures/list.html.jinja2",
        page=found,
        asked=asked,
        clients=clients,
        held=held,
        outcomes=OUTCOMES,
        chips=CHIPS,
        more_url=next_page(PATH, asked, found.next_cursor),
    )


@get(f"{PATH}/{{capture_id:uuid}}", name="admin.capture", opt=NEEDS)
async def show_capture(request: Asking, capture_id: UUID) -> Response[str]:
    """Show one submission as it came, with what was wrong or suspicious."""
    found = await capture_log.read_capture(request.user, capture_id)
    return page(request, "admin/captures/page.html.jinja2", capture=found, chips=CHIPS, body=_body(found))


@post(f"{PATH}/{{capture_id:uuid}}/approve", name="admin.captures.approve", opt=NEEDS)
async def approve(request: Asking, capture_id: UUID) -> Response[str]:
    """Take a held submission in."""
    await capture_log.approve_capture(request.user, capture_id)
    return redirect(request, f"{PATH}/{capture_id}", "Approved and taken in.")


@post(f"{PATH}/{{capture_id:uuid}}/discard", name="admin.captures.discard", opt=NEEDS)
async def discard(request: Asking, capture_id: UUID) -> Response[str]:
    """Put a held submission aside for good."""
    await capture_log.discard_capture(request.user, capture_id)
    return redirect(request, f"{PATH}/{capture_id}", "Discarded.")


def _body(capture: Capture) -> str:
    """Return the body as a person reads it."""
    if capture.raw is None or isinstance(capture.raw, str):
        return capture.raw or ""
    return msgspec.json.format(msgspec.json.encode(capture.raw), indent=2).decode()


routes: Final = [show_captures, show_capture, approve, discard]
