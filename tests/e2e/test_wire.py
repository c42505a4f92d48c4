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
    """What the browser sent and received over the network while one page loaded: its cache costs nothing."""

    asked: dict[str, str] = field(default_factory=dict[str, str])
    bytes: int = 0
    _done: set[str] = field(default_factory=set[str])

    @property
    def is_quiet(self) -> bool:
        """Whether everything asked for has come, or turned out to be in the cache; a stream never ends."""
        return all(key in self._done or url.endswith("/live") for key, url in self.asked.items())

    def watch(self, browser: CDPSession) -> None:
        """Count from now on."""
        browser.on("Network.requestWillBeSent", self._ask)
        browser.on("Network.requestServedFromCache", self._find)
        browser.on("Network.responseReceived", self._hear)
        browser.on("Network.loadingFinished", self._finish)

    def _ask(self, told: dict[str, Any]) -> None:
        self.asked[told["requestId"]] = told["request"]["url"]

    def _find(self, told: dict[str, Any]) -> None:
        self.asked.pop(told["requestId"], None)

    def _hear(self, told: dict[str, Any]) -> None:
        if told["response"].get("fromDiskCache"):
            self._find(told)

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
    async with page.expect_request("**/live"):
        answer = await page.goto(url)
    assert answer is not None
    await until(lambda: wire.is_quiet, "all that was asked for has come")
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
