"""A web server that is asked to end while pages listen and a form is on its way."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest

from tests import make
from tests.faults.test_ledger import Web
from tests.wait import BOOT, PATIENCE, WAITING, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.database import Place
    from tests.fakes import FakeSso

STREAMS = 5
FORM = {"name": "Grace Hopper", "email": "grace@navy.example", "message": "We need a demo"}


@pytest.mark.usefixtures("cast", "redis")
async def test_a_web_server_asked_to_end_answers_what_it_began_and_lets_the_pages_go(
    database: Place, sso: FakeSso, as_user: Callable[..., dict[str, str]], tmp_path: Path
) -> None:
    log = tmp_path / "web.log"
    web = Web(log)
    holder = await asyncpg.connect(database.owner_url)
    await make.customer(holder, email=FORM["email"])
    web.start()
    try:
        async with httpx.AsyncClient(timeout=BOOT, trust_env=False) as client:
            await until(lambda: web.is_up(client), "the web server answers", BOOT)
            doors, heard = await _doors(client, web, sso), list[str]()
            pages = [asyncio.create_task(_listen(client, web, headers, heard)) for headers in doors]
            await until(lambda: len(heard) == len(doors), "all pages listen")
            await holder.execute("BEGIN; SELECT FROM customer FOR UPDATE")
            form = asyncio.create_task(
                client.post(f"{web.url}/v1/leads/capture", json=FORM, headers=as_user("cms"))
            )
            await until(lambda: holder.fetchval(WAITING), "the form waits")
            await _ask_to_end(web, pages)
            await holder.execute("COMMIT")
            assert (await form).status_code == 201
            await until(lambda: web.process and web.process.poll() is not None, "the process has ended")
    finally:
        web.kill()
        await holder.close()
    assert "Traceback" not in log.read_text()


async def _ask_to_end(web: Web, pages: list[asyncio.Task[None]]) -> None:
    """Send the signal, and wait until every page has been let go."""
    assert web.process is not None
    web.process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*pages)


async def _doors(client: httpx.AsyncClient, web: Web, sso: FakeSso) -> list[dict[str, str]]:
    """Sign rita and ada in, and return the headers of their open pages."""
    found: list[dict[str, str]] = []
    for who in ("rita", "ada"):
        sso.signed_in = who
        asked = await client.get(f"{web.url}/login/start")
        consented = await client.get(asked.headers["location"])
        back = urlsplit(consented.headers["location"])
        state = {"Cookie": asked.headers["set-cookie"].partition(";")[0]}
        answered = await client.get(f"{web.url}{back.path}?{back.query}", headers=state)
        (session,) = [
            line for line in answered.headers.get_list("set-cookie") if line.startswith("__Host-sid")
        ]
        found += [{"Cookie": session.partition(";")[0], "Accept": "text/event-stream"}] * STREAMS
    sso.restore()
    return found


async def _listen(client: httpx.AsyncClient, web: Web, headers: dict[str, str], heard: list[str]) -> None:
    """Listen until the server ends the stream; note what it says first."""
    async with client.stream("GET", f"{web.url}/live", headers=headers) as answer:
        lines = answer.aiter_lines()
        heard.append(await anext(lines))
        async for _ in lines:
            pass
