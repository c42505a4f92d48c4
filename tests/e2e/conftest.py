"""A real browser on the real system: one system and one Chromium for all tests here, a new profile each."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from tests.e2e.stack import running
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

HERE = Path(__file__).parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


expect.set_options(timeout=PATIENCE * 1_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep these tests in one event loop: they share the system and the browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def stack() -> Generator[Stack]:
    """The whole system, started by `crm up`."""
    with tempfile.TemporaryDirectory(prefix="crm-e2e-") as home:
        Path(home).chmod(0o755)
        with running(Path(home)) as started:
            yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    """Chromium: the one of CHROMIUM, the system's, or Playwright's own."""
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(
            executable_path=program, args=QUIET, chromium_sandbox=False
        )
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(browser: Browser) -> AsyncGenerator[Callable[[], Awaitable[Page]]]:
    """`await new_page()` is a page in a profile of its own; a script error on any of them fails the test."""
    errors: list[str] = []
    pages: list[Page] = []

    async def open_page() -> Page:
        context = await browser.new_context(viewport={"width": 1280, "height": 900})
        page = await context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if _is_fault(said.type, said.text) else None)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        await page.unroute_all(behavior="ignoreErrors")  # nobody waits for what a test held back
        await page.context.close()
    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(new_page: Callable[[], Awaitable[Page]]) -> Page:
    """One page, signed in as nobody."""
    return await new_page()


@pytest.fixture(scope="session")
def log_in(stack: Stack) -> SignIn:
    """`await log_in(page, "Rita Reyes")` goes through the sandbox SSO as a person would."""

    async def go(page: Page, name: str) -> None:
        await page.goto(f"{stack.url}/login")
        await page.get_by_role("link", name="Sign in").click()
        await page.get_by_role("button", name=re.compile(f"^{name}")).click()
        await page.wait_for_url(lambda url: url.startswith(stack.url) and "/auth/" not in url)

    return go


@pytest.fixture(scope="session")
def sign_in(stack: Stack, log_in: SignIn) -> SignIn:
    """`await sign_in(page, "Rita Reyes")` leads to her first page: with her cookie of last time while it is good."""
    kept: dict[str, list[Any]] = {}

    async def go(page: Page, name: str) -> None:
        await page.context.add_cookies(kept.get(name, []))
        if name in kept:
            await page.goto(stack.url)
        if name not in kept or urlsplit(page.url).path == "/login":
            await log_in(page, name)
            kept[name] = await page.context.cookies(stack.url)

    return go


def _is_fault(kind: str, text: str) -> bool:
    """A refused request is part of many tests; a script or policy violation of none."""
    return kind == "error" and not text.startswith("Failed to load resource")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def much_lost(stack: Stack) -> None:
    """Whatever was lost was lost within the last month, so that the column has more than one page."""
    owner = await asyncpg.connect(stack.settings()["CRM_OWNER_DATABASE_URL"])
    await owner.execute(
        "UPDATE lead SET closed_at = now() - interval '1 day' - (now() - closed_at) / 4 WHERE stage = 'closed_lost'"
    )
    await owner.close()


@pytest_asyncio.fixture(loop_scope="session")
async def board(page: Page, stack: Stack, sign_in: SignIn) -> Page:
    """Rita's board in the browser."""
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    return page
