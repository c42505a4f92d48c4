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

    SignIn = Callable[[Page, str], Awaitable[None]]

KB = 1024


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

    def has_all(self, icon: str) -> bool:
        """Whether the stream has begun, the icon has come where one is awaited, and whatever began has ended."""
        urls = tuple(self.asked.values())
        awaited = all(any(url.endswith(end) for url in urls) for end in ("/live", icon))
        return awaited and all(key in self._done or url.endswith("/live") for key, url in self.asked.items())

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


async def visit(page: Page, url: str, *, afresh: bool) -> tuple[Wire, int]:
    """Open the page, with an empty cache where it is `afresh`; return what travelled, and the page's own size."""
    browser = await page.context.new_cdp_session(page)
    await browser.send("Network.enable")
    if afresh:
        await browser.send("Network.clearBrowserCache")
    wire = Wire()
    wire.watch(browser)
    answer = await page.goto(url)
    assert answer is not None
    await until(lambda: wire.has_all(".svg" if afresh else ""), "all that was asked for has come")
    plain = len(await answer.body())
    await browser.detach()
    return wire, plain


@pytest.mark.parametrize("name", ["Rita Reyes", "Ada Andersson"])
async def test_the_board_travels_light(page: Page, stack: Stack, sign_in: SignIn, name: str) -> None:
    await sign_in(page, name)
    first, plain = await visit(page, f"{stack.url}/board", afresh=True)
    assert await page.locator("[data-lead-id]").count() > 0
    assert len(first.asked) <= 8, first.asked
    assert first.bytes <= 120 * KB, first
    assert plain <= 100 * KB
    await page.goto(f"{stack.url}/customers")
    warm, _ = await visit(page, f"{stack.url}/board", afresh=False)
    assert len(warm.asked) <= 2, warm.asked
    assert warm.bytes <= 40 * KB, warm
