"""Everybody who can call, with one browser each, and what an answer says besides its words."""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from litestar.routes import HTTPRoute

from tests.conftest import browser_of
from tests.house.access import BAD, LATE, NO, NONE, PEOPLE, WHO, YES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient as Client
    from httpx import Response
    from litestar import Litestar

STAFF = PEOPLE[:4]
EVERYBODY = (*PEOPLE, "expired")  # rita once more, with a token and a session that are over
REFUSALS = {400: BAD, 401: WHO, 403: NO, 404: NONE, 409: LATE}
CHANGING = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=/live\?since=)\d+")
PATIENCE = 20  # seconds; an answer that never ends is a fault
END_SESSIONS = ("POST /logout", "POST /admin/staff/sessions")


def routes_of(app: Litestar) -> set[str]:
    """Return every route of the application as `METHOD path`, whatever its parameters are called."""
    return {
        f"{method} {re.sub('{[^}]*}', '{id}', route.path_format)}"
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }


@dataclass
class Callers:
    """Sends requests as anybody; who needs a session signs in once, and again after it ended."""

    app: Litestar
    owner: asyncpg.Connection
    as_user: Callable[..., dict[str, str]]
    signed_in: Callable[[str], Awaitable[Client]]
    stack: AsyncExitStack
    browsers: dict[str, Client] = field(default_factory=dict)

    async def call(self, who: str, route: str, url: str, **request: Any) -> Response:
        """Send one request the way `who` would: pages with a session, /v1 with a token."""
        method = route.partition(" ")[0]
        on_page = not url.startswith("/v1/")
        browser = await self._browser(who if on_page else "nobody")
        headers = self._headers(who, on_page=on_page)
        async with asyncio.timeout(PATIENCE):
            answer = await browser.request(method, url, headers=headers, **request)
        if route in END_SESSIONS and answer.status_code < 400:
            self.browsers.clear()
        return answer

    def _headers(self, who: str, *, on_page: bool) -> dict[str, str]:
        if who == "cms" or (who in STAFF and not on_page):
            return self.as_user(who)
        if who == "expired" and not on_page:
            return self.as_user("rita", iat=int(time.time()) - 7200, exp=int(time.time()) - 3600)
        return {}

    async def _browser(self, who: str) -> Client:
        if who not in self.browsers:
            self.browsers[who] = await self._open(who)
        return self.browsers[who]

    async def _open(self, who: str) -> Client:
        if who in STAFF:
            return await self.signed_in(who)
        if who != "expired":
            return await self.stack.enter_async_context(browser_of(self.app))
        browser = await self.signed_in("rita")
        await self.owner.execute(
            "UPDATE session SET expires_at = now() - interval '1 hour' WHERE created_at ="
            " (SELECT max(created_at) FROM session)"
        )
        return browser


def word_of(answer: Response) -> str:
    """Return the table's word for an answer."""
    if answer.is_redirect and answer.headers.get("location", "").startswith("/login"):
        return WHO
    ok = answer.is_success or answer.is_redirect
    return YES if ok else REFUSALS.get(answer.status_code, f"{answer.status_code} {answer.text[:300]}")


def plain(answer: Response) -> tuple[int, str]:
    """Return an answer without what differs each time: ids of requests and forms, tokens of pages."""
    return answer.status_code, CHANGING.sub("#", answer.text)
