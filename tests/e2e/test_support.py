"""Support takes a call by keyboard: the customer found, the call logged, a ticket opened and resolved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def test_support_takes_a_call_without_a_mouse(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    tag = uuid4().hex[:8]
    await sign_in(page, "Sam Sato")
    await page.goto(f"{stack.url}/customers")
    name = await page.locator("#customers-found tbody tr:nth-child(3) a").text_content() or ""
    name = re.sub(r"^[A-Z?]{1,2}(?=[A-ZÀ-Þ])", "", name)
    await page.keyboard.type(name[2:].strip())
    await expect(page).to_have_url(re.compile(r"/customers\?q="))
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name[2:].strip())
    await page.get_by_label("Notes").focus()
    await page.keyboard.type(f"**Angry** about {tag}")
    await page.keyboard.press("Control+Enter")
    entry = page.locator("#timeline [data-kind=call_logged]").first
    await expect(entry).to_contain_text(f"Angry about {tag}")
    await expect(entry.locator("strong", has_text="Angry")).to_be_visible()
    await page.locator("#new-ticket summary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Subject").focus()
    await page.keyboard.type(f"Cannot sign in {tag}")
    await page.get_by_label("I take it myself").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=re.compile(tag))).to_be_visible()
    await _resolve_by_keys(page, stack, tag)


async def _resolve_by_keys(page: Page, stack: Stack, tag: str) -> None:
    await page.goto(f"{stack.url}/tickets?view=mine&q={tag}")
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    row = page.locator("#desk tbody tr").first
    await expect(row).to_contain_text("Resolved")
    await expect(row.locator("a").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#timeline")).to_contain_text("Status: open → resolved")
