"""Signed out in the middle of something: one signs in beside the page, and sends again what is still there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from playwright.async_api import expect

from tests.e2e.test_timeline import open_lead

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

AN_HOUR_LATER = "const now = Date.now; Date.now = () => now() + 3_600_000"


async def test_a_dialog_is_sent_again_after_a_sign_in_in_another_tab(board: Page) -> None:
    tag = uuid4().hex[:8]
    await board.get_by_role("button", name="New lead").click()
    form = board.locator("#dialog")
    await form.get_by_label("Name").fill(f"Grace {tag}")
    await form.get_by_label("E-mail").fill(f"grace-{tag}@navy.example")
    await board.context.clear_cookies()
    await form.get_by_label("E-mail").press("Enter")
    out = board.get_by_role("dialog", name="You were signed out")
    link = out.get_by_role("link", name="Sign in (in a new tab)")
    await expect(link).to_be_focused()
    async with board.context.expect_page() as opened:
        await board.keyboard.press("Enter")
    tab = await opened.value
    await tab.get_by_role("link", name="Sign in").click()
    await tab.get_by_role("button", name=re.compile("^Rita Reyes")).click()
    await expect(tab.get_by_role("heading", name="You are signed in")).to_be_visible()
    again = board.get_by_role("dialog", name="You are signed in again").get_by_role(
        "button", name="Send again"
    )
    await expect(again).to_be_focused()
    await expect(form.get_by_label("Name")).to_have_value(f"Grace {tag}")
    await board.keyboard.press("Enter")
    await expect(board.get_by_role("heading", name=f"Grace {tag}")).to_be_visible()


async def test_a_form_that_leaves_its_page_stays_until_it_will_be_taken(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await open_lead(page, stack, sign_in)
    lead, plan = page.url, f"Ring about {uuid4().hex[:8]}"
    await page.goto(f"{lead}/follow-up")
    await page.get_by_label("What to do").fill(plan)
    await page.evaluate(AN_HOUR_LATER)
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Plan it").click()
    await expect(page.get_by_role("dialog", name="You were signed out")).to_be_visible()
    tab = await page.context.new_page()
    await sign_in(tab, "Rita Reyes")
    await tab.goto(f"{stack.url}/session")
    await page.get_by_role("button", name="Send again").click()
    await page.wait_for_url(lead)
    await expect(page.get_by_text(plan).first).to_be_visible()


async def test_what_was_typed_is_not_sent_for_somebody_else_and_once_for_oneself(
    page: Page, stack: Stack, sign_in: SignIn, log_in: SignIn
) -> None:
    await open_lead(page, stack, sign_in)
    text, tab = f"They agreed {uuid4().hex[:8]}", await page.context.new_page()
    notes, entries = page.get_by_label("Notes"), page.locator("#timeline .entry", has_text=text)
    await notes.fill(text)
    await page.context.clear_cookies()
    await log_in(tab, "Omar Okafor")
    await notes.press("Control+Enter")
    other = page.get_by_role("dialog", name="Somebody else is signed in")
    await expect(other.get_by_role("button")).to_have_text(["Not now", "Reload"])
    await page.keyboard.press("Escape")
    await expect(notes).to_be_focused()
    await expect(notes).to_have_value(text)
    await page.context.clear_cookies()
    await log_in(tab, "Rita Reyes")
    await notes.press("Control+Enter")
    await page.get_by_role("button", name="Send again").click()
    await expect(entries).to_have_count(1)
    await expect(notes).to_have_value("")
    await expect(notes).to_be_focused()
