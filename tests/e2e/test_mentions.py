"""A colleague named while one types, by keys alone; and what they do with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import violations
from tests.e2e.test_timeline import open_lead

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Locator, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


def offered(page: Page, name: str = "") -> Locator:
    """Return the colleagues below the text."""
    return page.get_by_role("listbox", name="Colleagues").get_by_role("option", name=re.compile(name))


async def write_to_both(page: Page, mark: str) -> None:
    """Name omar and sam in a note by keys, and log it."""
    await page.get_by_label("Notes").focus()
    await page.keyboard.type(f"{mark} for @")
    await expect(offered(page)).to_have_count(3)
    await page.keyboard.press("Escape")
    await expect(offered(page)).to_have_count(0)
    await page.keyboard.type("omar", delay=180)  # some answers come while one types on
    await expect(offered(page, "Omar Okafor.*cannot see this lead")).to_have_count(1)
    await page.keyboard.press("Enter")
    await page.keyboard.type("and @")
    await expect(offered(page)).to_have_count(3)
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Notes")).to_have_value(f"{mark} for @omar and @sam ")
    await page.keyboard.press("Control+Enter")


async def test_a_colleague_is_chosen_by_keys_is_told_and_reads_it(
    page: Page, new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    mark = uuid4().hex
    await open_lead(page, stack, sign_in)
    await write_to_both(page, mark)
    entry = page.locator("#timeline li.entry").first
    await expect(entry.locator(".mention")).to_have_text(["@omar", "@sam"])
    await expect(page.locator("#composer")).to_contain_text("Omar Okafor cannot see this lead")

    sam = await new_page()
    await sign_in(sam, "Sam Sato")
    unread = sam.get_by_role("link", name=re.compile("^Mentions.*unread"))
    await unread.click()
    row = sam.get_by_role("listitem").filter(has_text=mark)
    await expect(row).to_contain_text("Rita Reyes mentioned you in a call with")
    await row.get_by_role("button", name="Mark read").focus()
    await sam.keyboard.press("Enter")
    await expect(row.get_by_role("button", name="Mark unread")).to_be_focused()
    await row.get_by_role("link").click()
    await expect(sam.locator(".entry:target .mention")).to_have_text(["@omar", "@sam"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_while_colleagues_are_offered_nor_among_mentions(
    browser: Browser, stack: Stack, sign_in: SignIn, scheme: str
) -> None:
    context = await browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
    page = await context.new_page()
    await open_lead(page, stack, sign_in)
    await page.get_by_label("Notes").focus()
    await page.keyboard.type("@sam @omar @")
    await expect(offered(page)).to_have_count(3)
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#composer")).to_contain_text("Omar Okafor cannot see this lead")
    assert await violations(page) == []
    for name in ("Sam Sato", "Omar Okafor"):
        await context.clear_cookies()
        await sign_in(page, name)
        await page.goto(f"{stack.url}/mentions")
        await expect(page.locator(".mention-item.is-unread")).not_to_have_count(0)
        assert await violations(page) == []
    await context.close()
