"""/v1/activity/log: calls, e-mails and meetings become immutable entries."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from litestar import Request, Response, post

from app.api import present
from app.api.respond import answer, key_of
from app.contracts.activity_log import ActivityLog
from app.core import clock
from app.core.decoding import read_struct
from app.domain.activity import check_activity
from app.services.activities import log_activity

Asking = Request[Any, Any, Any]


@post("/activity/log", name="api.activities.log")
async def log(request: Asking) -> Response[Any]:
    """Write one entry on a customer's timeline."""
    body = await request.body()
    activity = read_struct(ActivityLog, body, partial(check_activity, now=clock.now()))
    outcome = await log_activity(request.user, activity, key_of(request, request.user.id, body))
    return answer(present.recorded(outcome.value), status=201, outcome=outcome)


routes: Final = [log]
