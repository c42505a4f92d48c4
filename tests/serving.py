"""An application behind our own protocol, on a real socket."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.server import ServerState

from app.web.serving.connections import BoundedHead

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


@asynccontextmanager
async def served(app: Any, **options: Any) -> AsyncGenerator[int]:
    """Serve an ASGI application with uvicorn's `options`; yields the port, and hangs up at the end."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", **options)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: BoundedHead(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1]
        for connection in state.connections:
            connection.transport.close()  # type: ignore[union-attr]
