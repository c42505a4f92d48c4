"""Views of the board under a name: kept, replaced only when that is said, and deleted only twice asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import violations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

TAKEN = "You have a view of that name"


@pytest.fixture
def name() -> str:
    """A view that no other test has."""
    return f"View {uuid4().hex[:8]}"


async def begin(page: Page, stack: Stack, query: str, name: str) -> None:
    """Open the board's menu and type a name for what it shows."""
    await page.goto(f"{stack.url}/board?{query}")
    await page.get_by_text("Save this view").click()
    await page.get_by_label("Name of the view").fill(name)
    await page.get_by_role("button", name="Save", exact=True).click()


async def test_a_view_is_replaced_and_deleted_by_keys(
    page: Page, stack: Stack, sign_in: SignIn, name: str
) -> None:
    await sign_in(page, "Rita Reyes")
    await begin(page, stack, "score=warm&rot=1", name)
    tab = page.get_by_role("link", name=name)
    await expect(tab).to_have_attribute("aria-current", "true")
    await begin(page, stack, "due=planned", name)
    dialog = page.get_by_role("dialog", name="Save this view")
    field = dialog.get_by_label("Name of the view")
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description(TAKEN)
    await page.keyboard.press("Escape")
    await expect(page.locator("summary", has_text="Save this view")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.locator("#view-name").press("Enter")  # the closed dialog may not be empty yet
    await expect(field).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_label("Replace it")).to_be_focused()
    await page.keyboard.press("Space")
    async with page.expect_event("load"):  # Escape, below, is the work of a script
        await page.keyboard.press("Enter")
    await expect(tab).to_have_attribute("aria-current", "true")
    await expect(tab).to_have_attribute("href", "/board?due=planned")
    await delete_by_keys(page, name)
    await page.wait_for_url(f"{stack.url}/board")
    await expect(tab).to_have_count(0)


async def delete_by_keys(page: Page, name: str) -> None:
    """Ask for it, think better of it, and ask again."""
    delete = page.locator("summary", has_text=f"Delete “{name}”")
    await delete.press("Enter")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Delete the view")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(delete).to_be_focused()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1280, 390])
async def test_a_view_is_replaced_and_deleted_without_script(
    browser: Browser, stack: Stack, log_in: SignIn, name: str, width: int
) -> None:
    context = await browser.new_context(
        java_script_enabled=False, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = await context.new_page()
    await log_in(page, "Rita Reyes")
    await begin(page, stack, "score=cold&rot=1", name)
    await begin(page, stack, "due=today", name)
    await expect(page.get_by_text(TAKEN)).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_label("Replace it").check()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("link", name=name)).to_have_attribute("href", "/board?due=today")
    await page.get_by_text(f"Delete “{name}”").click()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Delete the view").click()
    await expect(page.get_by_role("link", name=name)).to_have_count(0)
    await context.close()


async def test_nothing_stands_in_the_way_of_replacing(
    browser: Browser, stack: Stack, sign_in: SignIn, name: str
) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 900}, bypass_csp=True)
    page = await context.new_page()
    await sign_in(page, "Rita Reyes")
    for query in ("score=warm&due=late", "score=warm&due=today"):
        await begin(page, stack, query, name)
        await expect(page.get_by_text(name).or_(page.get_by_text(TAKEN)).first).to_be_visible()
    await expect(page.get_by_label("Replace it")).to_be_visible()
    assert await violations(page) == []
    await page.goto(f"{stack.url}/board?due=late&score=warm")
    await page.get_by_text(f"Delete “{name}”").click()
    assert await violations(page) == []
    await page.get_by_role("button", name="Delete the view").click()
    await page.wait_for_url(f"{stack.url}/board")
    await context.close()
