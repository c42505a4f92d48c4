"""The daily e-mail from the menu to the mailbox and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def test_todays_is_asked_for_read_and_switched_off_in_the_mailbox(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Omar Okafor")
    await page.locator("summary", has_text="Your account").press("Enter")
    await page.get_by_role("link", name="Daily e-mail").press("Enter")
    await expect(page.get_by_role("switch", name="Daily e-mail")).to_be_checked()
    await page.get_by_role("button", name="Send me today’s now").press("Enter")
    await expect(page.locator("#toasts")).to_contain_text("on its way")
    letter = page.locator("article", has_text="Omar Okafor").first

    async def look() -> bool:
        await page.goto(f"{stack.sandbox_url}/mail")
        return await letter.is_visible()

    await until(look, "the mail is in the mailbox")
    await expect(letter.get_by_role("heading")).to_have_text(re.compile(r"\d+ (overdue|today|new and hot)"))
    await letter.get_by_role("button", name="Unsubscribe").press("Enter")
    await expect(page.get_by_role("heading")).to_have_text("Your e-mail is off")
    await page.get_by_role("link", name="Turn it on again").press("Enter")
    switch = page.get_by_role("switch", name="Daily e-mail")
    await expect(switch).not_to_be_checked()
    await switch.press("Enter")
    await expect(switch).to_be_checked()
