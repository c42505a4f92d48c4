"""Events: those that others send us by HTTP, and ours to be read again."""

from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from app.api.auth import EVENTS, SSO_EVENTS
from app.api.respond import answer, check_query
from app.contracts.events import ReceiveAnswer
from app.core.errors import Invalid, Problem
from app.services import events, identity_events

Asking = Request[Any, Any, Any]


@get("/events", opt=EVENTS, name="api.events.list")
async def list_events(request: Asking, after: UUID | None = None, limit: int = 100) -> Response[Any]:
    """Return the events behind the one called `after`, the oldest first: a consumer's own catch-up."""
    event_type = request.query_params.get("type", "")
    check_query(request, limit, event_type)
    if after is None and request.query_params.get("after"):
        # The word "null" is read as no id: who wrote it there would be sent everything once more.
        raise Invalid([Problem("#query/after", "must be the id of an event")])
    found, more = await events.read_events(request.user, after=after, event_type=event_type, limit=limit)
    items = [msgspec.Raw(msgspec.json.encode(event)) for event in found]
    return answer({"items": items, "next_cursor": more and str(more)})


@post("/events/sso", status_code=202, opt=SSO_EVENTS)
async def receive_sso_event(request: Asking) -> ReceiveAnswer:
    """Take one event of the SSO, signed by Standard Webhooks; it is kept when this answers."""
    return await identity_events.receive_event(await request.body())


routes: Final = [list_events, receive_sso_event]
