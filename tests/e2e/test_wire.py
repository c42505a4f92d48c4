"""What the board costs on the wire, counted in a real browser: the first visit, and every later one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import CDPSession, Page

    from tests.e2e.stack import Stack

    NewPage = Callable[[], Awaitable[Page]]
    SignIn = Callable[[Page, str], Awaitable[None]]

KB = 1024
STREAM = "/live?"


@dataclass
class Wire:
    """What came over the network while one page loaded: what the browser found in its cache costs nothing."""

    asked: dict[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0
    _known: set[str] = field(default_factory=set[str])
    _done: set[str] = field(default_factory=set[str])

    def watch(self, browser: CDPSession) -> None:
        """Count from now on."""
        browser.on("Network.requestServedFromCache", self._find)
        browser.on("Network.responseReceived", self._hear)
        browser.on("Network.loadingFinished", self._finish)
        browser.on("Network.loadingFailed", self._fail)

    def has_all(self, icon: str) -> bool:
        """Whether the stream has begun, the icon has come where one is awaited, and whatever began has ended."""
        urls = tuple(self.asked.values())
        awaited = all(any(end in url for url in urls) for end in (STREAM, icon))
        return awaited and all(key in self._done or STREAM in url for key, url in self.asked.items())

    def _find(self, told: dict[str, Any]) -> None:
        self._known.add(told["requestId"])

    def _hear(self, told: dict[str, Any]) -> None:
        response = told["response"]
        if not response.get("fromDiskCache") and told["requestId"] not in self._known:
            self.asked[told["requestId"]] = response["url"]

    def _finish(self, told: dict[str, Any]) -> None:
        self._done.add(told["requestId"])
        if told["requestId"] in self.asked:
            self.bytes += int(told["encodedDataLength"])

    def _fail(self, told: dict[str, Any]) -> None:
        self._done.add(told["requestId"])


async def visit(page: Page, url: str, icon: str = "") -> tuple[Wire, int]:
    """Open the page, its `icon` too where one is awaited; return what travelled, and the page's own size."""
    await page.goto("about:blank")  # what the page before still asks for is not counted
    browser = await page.context.new_cdp_session(page)
    await browser.send("Network.enable")
    wire = Wire()
    wire.watch(browser)
    answer = await page.goto(url)
    assert answer is not None
    await until(lambda: wire.has_all(icon), wire)
    plain = len(await answer.body())
    await browser.detach()
    return wire, plain


@pytest.mark.parametrize("name", ["Rita Reyes", "Ada Andersson"])
async def test_the_board_travels_light(stack: Stack, new_page: NewPage, sign_in: SignIn, name: str) -> None:
    door, page = await new_page(), await new_page()
    await sign_in(door, name)
    await page.context.add_cookies(await door.context.cookies())  # the cache of this one has seen nothing yet
    first, plain = await visit(page, f"{stack.url}/board", icon=".svg")
    assert await page.locator("[data-lead-id]").count() > 0
    assert len(first.asked) <= 8, first.asked
    assert first.bytes <= 120 * KB, first
    assert plain <= 100 * KB
    await page.goto(f"{stack.url}/customers")
    warm, _ = await visit(page, f"{stack.url}/board")
    assert len(warm.asked) <= 2, warm.asked
    assert warm.bytes <= 40 * KB, warm
