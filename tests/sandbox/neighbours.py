"""The sandbox neighbours as a test runs them: the real application on a port of its own."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from httpx import AsyncClient

from app.core.settings import Settings, load
from app.sandbox.app import create_app
from app.sandbox.jsonfile import write_private
from tests.fakes import private_key
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

SECRET = "the one secret of the sandbox"
CRM_CLIENT = ("slyyfoxx-crm", SECRET)
CMS_CLIENT = ("slyyfoxx-cms", SECRET)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def settings_of(home: Path, redis_url: str, **more: str) -> Settings:
    """Return settings of a sandbox on a free port."""
    given = {
        "CRM_HOME": str(home),
        "CRM_SANDBOX": "1",
        "CRM_SANDBOX_PORT": str(free_port()),
        "CRM_PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
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


@asynccontextmanager
async def forwarded(port: int, redis_url: str) -> AsyncGenerator[None]:
    """Let `port` answer as the Redis of `redis_url` does, as if it had just been started."""
    target = urlsplit(redis_url)

    async def pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
        writer.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection(target.hostname, target.port)
        await asyncio.gather(pipe(reader, there[1]), pipe(there[0], writer))

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
