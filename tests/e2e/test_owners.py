"""Choosing whose leads the board shows: by keys, by one pointer, and without any script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import violations
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page, Route

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


async def test_an_owner_is_found_and_chosen_by_keys(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board?score=hot")
    owner = page.get_by_role("button", name="Owner: Every owner")
    await owner.focus()
    await page.keyboard.press("Enter")
    field = page.get_by_role("dialog").get_by_role("searchbox")
    await expect(field).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(owner).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(field).to_be_focused()
    await page.keyboard.type("okafor")
    found = page.get_by_role("list", name="Owners").get_by_role("link")
    await expect(found).to_have_count(1)
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("1 colleague")
    await expect(field).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(found).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Owner: Omar Okafor")).to_be_visible()
    assert page.url.endswith("&score=hot")


async def test_arrows_go_back_from_what_is_no_owner(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board")
    await page.get_by_role("button", name="Owner: Every owner").click()
    dialog = page.get_by_role("dialog")
    cancel = dialog.get_by_role("link", name="Cancel")
    await cancel.focus()
    await page.keyboard.press("ArrowUp")
    await expect(dialog.get_by_role("list", name="Owners").get_by_role("link").last).to_be_focused()
    await cancel.focus()
    await page.keyboard.press("ArrowDown")
    await expect(dialog.get_by_role("searchbox")).to_be_focused()


async def test_what_was_typed_into_the_filter_goes_along(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board")
    await page.get_by_label("Filter by name").fill("a")
    await page.get_by_role("button", name="Owner: Every owner").click()
    await page.get_by_role("link", name="Nobody yet").click()
    await expect(page.get_by_role("button", name="Owner: Nobody yet")).to_be_visible()
    assert page.url.endswith("/board?owner=none&q=a")
    await page.get_by_label("Filter by name").press("Enter")
    await expect(page.get_by_role("button", name="Owner: Nobody yet")).to_be_visible()


async def test_an_owner_is_chosen_without_script(browser: Browser, stack: Stack, sign_in: SignIn) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board?score=hot")
    await page.get_by_role("button", name="Owner: Every owner").click()
    await page.get_by_label("Name or e-mail of the owner").fill("okafor")
    await page.get_by_role("button", name="Find").click()
    await expect(page.get_by_role("button", name="Owner: Omar Okafor")).to_be_visible()
    assert page.url.endswith("&score=hot")
    await context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
async def test_nothing_stands_in_the_way_of_choosing(
    browser: Browser, stack: Stack, sign_in: SignIn, scheme: Any, width: int
) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = await context.new_page()
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board")
    await page.get_by_role("button", name="Owner: Every owner").click()
    await expect(page.get_by_role("dialog").get_by_role("searchbox")).to_be_focused()
    assert await violations(page) == []
    await page.goto(f"{stack.url}/board/owners?who=nobody")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_the_last_name_typed_is_found_however_late_the_first_answer_comes(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board")
    await page.get_by_role("button", name="Owner: Every owner").click()
    field = page.get_by_role("dialog").get_by_role("searchbox")
    asked: list[Route] = []

    async def hold(route: Route) -> None:
        asked.append(route)

    await page.route("**/board/owners?*", hold)
    for words in ("o", "oka", "okafor"):
        await field.fill(words)
        await until(
            lambda words=words: asked and f"who={words}" in asked[-1].request.url, f"asked for {words}"
        )
    await asked[-1].continue_()
    await expect(page.get_by_role("list", name="Owners").get_by_role("link")).to_have_count(1)
    await expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("1 colleague")
