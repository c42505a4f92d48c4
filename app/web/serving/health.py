"""Is the process alive, and can it work? For load balancers and for people."""

from __future__ import annotations

from typing import Any, Final

from litestar import MediaType, Response, get

from app.services.health import look_around
from app.web.guards import PUBLIC


@get("/health/live", opt=PUBLIC, name="health.live")
async def show_live() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "alive"}


@get("/health/ready", opt=PUBLIC, name="health.ready")
async def show_ready() -> Response[dict[str, Any]]:
    """Say what works and what is down; 503 only when nothing can be served. Redis may be away."""
    health = await look_around()
    body = {"status": health.status, "parts": health.parts}
    if health.serving:
        return Response(body, media_type=MediaType.JSON)
    return Response(body, media_type=MediaType.JSON, status_code=503, headers={"Retry-After": "2"})


routes: Final = [show_live, show_ready]
