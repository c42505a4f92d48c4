"""Refused submissions are kept too: what an authorised client sent in vain can be read in the capture log.

Mount: `Litestar(after_exception=[keep_refused])`. Wherever a capture is refused, it comes by here once.
"""

from __future__ import annotations

from typing import Any, Final, cast

from litestar import Request
from litestar.types import Scope

from app.core.errors import Malformed, Problem
from app.core.log import logger
from app.domain.idempotency import Key
from app.domain.identity import Client
from app.services import capture_log
from app.web.errors import Answer, describe

# Not those that will come again (409, 429, 503), nor those of nobody we know (401, 403).
KEPT: Final = frozenset({400, 413, 415, 422})

log = logger("capture")


async def keep_refused(error: Exception, scope: Scope) -> None:
    """Keep a refused capture with what was wrong; never in the way of the answer."""
    known = cast("dict[str, Any]", scope)
    caller = known.get("user")
    if not isinstance(caller, Client) or known["route_handler"].opt.get("caller") != "capture":
        return
    answer = describe(error)
    if answer.status not in KEPT:
        return
    request = Request[Any, Any, Any](scope)
    body = await _body(request)
    try:
        await capture_log.keep_refused(caller.id, _key(request, caller, body), body, _problems(answer))
    except Exception as failure:  # noqa: BLE001  the refusal itself is what the client must hear
        log.warning("refusal_not_kept", status=answer.status, error=type(failure).__name__)


async def _body(request: Request[Any, Any, Any]) -> bytes:
    """Return what was read of the body; one that was too large was not kept."""
    try:
        return await request.body()
    except Exception:  # noqa: BLE001  nothing more can be read here, whatever the reason
        return b""


def _key(request: Request[Any, Any, Any], caller: Client, body: bytes) -> Key | None:
    name = "idempotency-key" if "authorization" in request.headers else "webhook-id"
    try:
        return Key.of(caller.id, request.headers.get(name), body)
    except Malformed:
        return None


def _problems(answer: Answer) -> list[Problem]:
    return answer.problems or [Problem("#", answer.detail)]
