"""How the application serves: HEAD on all that GET answers, and one line about an answer that breaks off."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import structlog

from app.services import export
from app.web.serving import application as serving
from tests import make
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from httpx import AsyncClient
    from litestar import Litestar

    from tests.database import Place
    from tests.fakes import FakeSso

    SignIn = Callable[[str], Awaitable[AsyncClient]]

EACH_ANEW = {"x-request-id", "content-length", "set-cookie"}
PAGES = ("/", "/board", "/customers", "/customers/export", "/admin", "/login", "/health/live", "/nowhere")
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"


async def ask(
    app: Litestar, method: str, path: str, headers: dict[str, str], look: Callable[[Any], Awaitable[Any]]
) -> list[Any]:
    """Return the messages of one answer, as a server gets them; `look` sees each as it comes."""
    sent: list[Any] = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])
    over = asyncio.Event()

    async def receive() -> Any:
        for message in asked:
            return message
        await over.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        await look(message)
        if not message.get("more_body", True):
            over.set()

    scope: dict[str, Any] = {
        "type": "http",
        "http_version": "1.1",
        "asgi": {"version": "3.0"},
        "extensions": {},
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "scheme": "https",
        "server": ("crm.example", 443),
        "client": ("127.0.0.1", 1),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
    }
    served: Any = app
    async with asyncio.timeout(PATIENCE):
        await served(scope, receive, send)
    return sent


async def nothing(_message: Any) -> None:
    """Let it pass."""


def cookies(browser: AsyncClient) -> dict[str, str]:
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in browser.cookies.items())}


def said(start: dict[str, Any]) -> dict[str, str]:
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    return {name: value for name, value in headers.items() if name not in EACH_ANEW}


async def test_head_answers_as_get_does_without_the_body(app: Litestar, signed_in: SignIn) -> None:
    ada = cookies(await signed_in("ada"))
    for path in PAGES:
        got, *_ = await ask(app, "GET", path, ada, nothing)
        headed, *rest = await ask(app, "HEAD", path, ada, nothing)
        assert (headed["status"], said(headed)) == (got["status"], said(got)), path
        assert [(each["body"], each["more_body"]) for each in rest] == [(b"", False)], path


async def test_head_of_a_stream_ends(app: Litestar, signed_in: SignIn) -> None:
    asked = cookies(await signed_in("ada")) | {"Accept": "text/event-stream"}
    headed, end = await ask(app, "HEAD", "/live", asked, nothing)
    assert headed["status"] == 200
    assert said(headed)["content-type"].startswith("text/event-stream")
    assert (end["body"], end["more_body"]) == (b"", False)


@pytest.mark.parametrize("host", ["crm.example:abc", "a:b:c", "localhost:99999", "[", "x y", "\xe9"])
async def test_a_host_that_is_none_is_no_fault_of_ours(app: Litestar, sso: FakeSso, host: str) -> None:
    for path in ("/login", "/login/start", "/nowhere", "/static/nothing", "/board"):
        answered, *_ = await ask(app, "GET", path, {"Host": host}, nothing)
        assert answered["status"] < 500, path
        assert host not in said(answered).get("location", "")


async def test_head_of_the_api(app: Litestar, as_user: Callable[..., dict[str, str]]) -> None:
    headed, _ = await ask(app, "HEAD", "/v1/leads", as_user("rita"), nothing)
    assert headed["status"] == 200
    refused, *_ = await ask(app, "HEAD", "/v1/activity/log", as_user("rita"), nothing)
    assert refused["status"] == 405
    refused, *_ = await ask(app, "DELETE", "/v1/leads", as_user("rita"), nothing)
    assert {"GET", "HEAD"} <= set(said(refused)["allow"].split(", "))


async def test_an_export_that_the_database_breaks_off_is_not_taken_for_a_whole_one(
    app: Litestar,
    owner: asyncpg.Connection,
    database: Place,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = io.StringIO()
    monkeypatch.setattr(serving, "log", structlog.wrap_logger(structlog.PrintLogger(told)))
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 1)
    for _ in range(3):
        await make.customer(owner)
    sam = cookies(await signed_in("sam"))
    root = await asyncpg.connect(database.run.superuser_url)

    async def look(message: Any) -> None:
        if b"@" in message.get(
            "body", b""
        ):  # the first row is out: now the database goes, and lets nobody in
            await root.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT 0")
            await root.execute(KILL, database.name)

    whole = await ask(app, "GET", "/customers/export", sam, nothing)
    assert not whole[-1]["more_body"]
    sent = await ask(app, "GET", "/customers/export", sam, look)
    await root.execute(f"ALTER DATABASE {database.name} CONNECTION LIMIT -1")
    await root.close()
    assert sent[0]["status"] == 200
    assert sent[-1]["more_body"], "the answer must stay unfinished"
    (line,) = told.getvalue().splitlines()
    assert "answer_cut_off" in line


@pytest.mark.parametrize("entrance", ["from app.main import create_app; create_app()", "import jobs.worker"])
def test_what_serves_nothing_is_not_loaded(entrance: str) -> None:
    program = f"import sys; {entrance}; print(*(name for name, module in sys.modules.items() if module))"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert {"msgspec", "structlog", "httpx"} <= set(ran.stdout.split())
    assert not {"pydantic", "attrs", "rich"} & set(ran.stdout.split())
