"""Moving a lead on its own page: what was done is said, can be taken back, and leaves the focus where it was done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.e2e.test_board import card_in, open_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def open_lead(page: Page, stack: Stack) -> None:
    """Open a lead from the board, with its scripts: without them, a move says nothing."""
    await page.goto(f"{stack.url}/board")
    await open_page(page, await card_in(page, "lead"))


async def test_a_move_on_a_leads_page_says_so_and_is_taken_back(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Rita Reyes")
    await open_lead(page, stack)
    step, message = page.locator("#stepper [aria-current=step]"), page.locator(".toast")
    await page.get_by_role("button", name="Move to Qualified").click()
    await expect(message).to_contain_text("Moved to Qualified.")
    await expect(step).to_have_text("Qualified")
    await expect(step).to_be_focused()
    await message.get_by_role("button", name="Undo").click()
    await expect(message).to_have_text("Moved back to Lead.")
    await expect(step).to_have_text("Lead")
    await expect(step).to_be_focused()
    await page.reload()
    await expect(step).to_have_text("Lead")
    await expect(message).to_have_count(0)


async def test_a_move_that_was_refused_is_not_said_to_be_done(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Rita Reyes")
    await open_lead(page, stack)
    step = page.locator("#stepper [aria-current=step]")
    await expect(step).to_have_text("Lead")
    await page.locator("#stepper [name=version]").evaluate("field => { field.value = 9999; }")
    await page.get_by_role("button", name="Move to Qualified").click()
    await expect(page.locator(".notice--bad")).to_contain_text("changed this lead")
    await page.get_by_role("link", name="Cancel").click()
    await page.wait_for_url(re.compile(r"/leads/[^/]+$"))
    await expect(step).to_have_text("Lead")
    await expect(page.locator(".toast")).to_have_count(0)
