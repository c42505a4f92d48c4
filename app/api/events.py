"""Events that other systems send us by HTTP."""

from typing import Any

from litestar import Request, post

from app.api.auth import SSO_EVENTS
from app.contracts.events import ReceiveAnswer
from app.services import identity_events


@post("/events/sso", status_code=202, opt=SSO_EVENTS)
async def receive_sso_event(request: Request[Any, Any, Any]) -> ReceiveAnswer:
    """Take one event of the SSO, signed by Standard Webhooks; it is kept when this answers."""
    return await identity_events.receive_event(await request.body())


routes = [receive_sso_event]
