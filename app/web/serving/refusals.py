"""What security log and audit say of a request that was refused: at which door, to whom, nothing of what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from litestar import Request

from app.core import security_log
from app.core.errors import Forbidden, NotOurPage, TooMany, Unauthenticated
from app.domain.audit import Refusal
from app.domain.identity import Client
from app.services import audit
from app.web.guards import SESSION_COOKIE

if TYPE_CHECKING:
    from app.core.security_log import Event

Asking = Request[Any, Any, Any]

DOORS: Final[dict[str, Event]] = {"/auth/callback": "login", "/auth/backchannel-logout": "logout_by_sso"}
EVENTS: Final[dict[int, Event]] = {Forbidden.status: "forbidden", TooMany.status: "too_many"}
FOR_MACHINES: Final = ("/v1/", "/metrics")
SIGNATURE: Final = "webhook-signature"


def note_refusal(request: Asking, error: Exception, status: int, reason: str) -> None:
    """Write the one line of a refused request, if it is one about security, and count it for the audit."""
    known: dict[str, Any] = dict(request.scope)
    event = _event(request, str(known.get("path_template", "")), error, status)
    if event is not None:
        user = known.get("user")
        who = getattr(error, "who", None) or getattr(user, "id", None)
        security_log.refused(event, who, status=status, reason=reason)
        route = f"{known.get('method')} {known.get('path_template', '')}"
        audit.note_refusal(Refusal(event, who, isinstance(user, Client), reason, route))


def _event(request: Asking, route: str, error: Exception, status: int) -> Event | None:
    if route in DOORS:
        return DOORS[route]
    if isinstance(error, NotOurPage):
        return "foreign_page"
    if status == Unauthenticated.status:
        return _of_nobody(request, route)
    return EVENTS.get(status)


def _of_nobody(request: Asking, route: str) -> Event | None:
    """Say what was shown in vain. Who shows nothing at a page is on the way to the login: no line."""
    if "authorization" in request.headers:
        return "token_refused"
    if route.startswith(FOR_MACHINES):
        return "signature_refused" if SIGNATURE in request.headers else "token_refused"
    return "session_refused" if SESSION_COOKIE in request.cookies else None
