"""The sandbox neighbours as a test runs them: the real application on a port of its own."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from httpx import AsyncClient

from app.core.settings import Settings, load
from app.sandbox.app import create_app
from app.sandbox.jsonfile import write_private
from tests.fakes import private_key
from tests.listening import listening, pass_on
from tests.ports import reserve_port
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

SECRET = "the one secret of the sandbox"
CRM_CLIENT = ("slyyfoxx-crm", SECRET)
CMS_CLIENT = ("slyyfoxx-cms", SECRET)


def settings_of(home: Path, redis_url: str, **more: str) -> Settings:
    """Return settings of a sandbox on a free port."""
    given = {
        "CRM_HOME": str(home),
        "CRM_SANDBOX": "1",
        "CRM_SANDBOX_PORT": str(reserve_port()),
        "CRM_PUBLIC_URL": f"http://127.0.0.1:{reserve_port()}",
        "REDIS_URL": redis_url,
        "SSO_CLIENT_SECRET": SECRET,
    }
    # A key is slow to make; the tests of this file's neighbours share one.
    key = private_key("sandbox").private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(home / "sandbox-sso.pem", key)
    return load(given | more)


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncGenerator[None]:
    """Serve an application over HTTP in this event loop."""
    config = uvicorn.Config(app, port=port, log_config=None, lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started or task.done(), "the server has started")
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def neighbours(config: Settings) -> AsyncGenerator[AsyncClient]:
    """Run the neighbours and yield a client of theirs."""
    async with serving(create_app(config), config.sandbox_port):
        base_url = f"http://127.0.0.1:{config.sandbox_port}"
        async with AsyncClient(base_url=base_url) as client:
            yield client


def forwarded(port: int, redis_url: str) -> AbstractAsyncContextManager[int]:
    """Let `port` answer as the Redis of `redis_url` does, as if it had just been started."""
    return listening(partial(pass_on, port=cast("int", urlsplit(redis_url).port)), port)
