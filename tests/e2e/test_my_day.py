"""My day without a mouse: what is due is put off, or done and followed by the next step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Locator, Page

    from tests.e2e.stack import Stack

UNCOVERED = """(each) => {
    const { left, top, bottom } = each.getBoundingClientRect();
    return [top + 4, bottom - 4].every((y) => each.contains(document.elementFromPoint(left + 8, y)));
}"""


async def test_what_is_due_is_put_off_and_done_by_keys(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Omar Okafor")
    await page.goto(stack.url)
    row = page.locator("[data-todo]:has([data-snooze])").first
    link = await row.locator(".name").get_attribute("href")
    place = await row.evaluate("each => [...document.querySelectorAll('[data-todo]')].indexOf(each)")
    for _ in range(place + 1):
        await page.keyboard.press("j")
    await expect(row.locator(".name")).to_be_focused()
    await page.keyboard.press("s")
    menu = row.locator(".menu-item")
    await expect(menu.first).to_be_focused()
    await _look_at_days(page, row)
    await page.keyboard.press("s")
    await page.keyboard.press("ArrowDown")
    await expect(menu.nth(1)).to_have_text("Until tomorrow")
    await expect(menu.nth(1)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_have_text("Planned: tomorrow 09:00.")
    await expect(page.locator(f'[data-todo]:has(a[href="{link}"]):has([data-snooze])')).to_have_count(0)
    await expect(page.locator("[data-todo] .name").nth(place)).to_be_focused()
    assert await page.evaluate("document.cookie.includes('said=')") is False
    await page.goto(f"{stack.url}{link}")
    await expect(page.locator("#facts")).to_contain_text("tomorrow 09:00")
    await _done(page, stack)


async def _look_at_days(page: Page, row: Locator) -> None:
    await page.keyboard.press("ArrowUp")
    await expect(row.locator(".menu-item").last).to_be_focused()
    await expect(row.locator(".menu-item").last).to_have_text("On a day…")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("Day", exact=True)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(row.locator("[data-snooze]")).to_be_focused()


async def _done(page: Page, stack: Stack) -> None:
    await page.goto(stack.url)
    row = page.locator("[data-todo]:has([data-done]:has-text('Done'))").first
    name = await row.locator(".name").text_content() or ""
    await row.locator(".name").focus()
    await page.keyboard.press("d")
    await expect(page.get_by_role("dialog")).to_contain_text(f"Done. What is next with {name}?")
    await page.get_by_role("dialog").get_by_label("Next week").check()
    await page.get_by_label("What to do").fill("Ask again")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.locator("[data-todo]").filter(has_text=name).filter(has_text="Done")).to_have_count(0)


async def test_what_comes_while_the_day_is_open_is_offered_and_moves_nothing(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    day, other, name = await new_page(), await new_page(), f"Grace {uuid4().hex[:8]}"
    for page in (day, other):
        await sign_in(page, "Omar Okafor")
    async with day.expect_request("**/live?*"):
        await day.goto(stack.url)
    first = day.locator("[data-todo] .name").first
    await first.focus()
    await other.goto(f"{stack.url}/leads/new")
    await other.get_by_label("Name").fill(name)
    await other.get_by_label("E-mail").fill(f"{uuid4().hex}@navy.example")
    await other.get_by_label("Expected value").fill("9000000")
    await other.get_by_role("button", name="Add lead").click()
    pill = day.get_by_role("status").get_by_role("link", name="show it")
    await expect(pill).to_be_visible(timeout=20_000)
    await expect(first).to_be_focused()
    await expect(day.locator("[data-todo]").filter(has_text=name)).to_have_count(0)
    await pill.click()
    await expect(day.locator("[data-todo]").filter(has_text=name)).to_have_count(1)
    await expect(day.locator("#day-news")).to_be_empty()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
async def test_a_call_is_logged_with_all_of_the_form_in_sight(
    browser: Browser, stack: Stack, log_in: Callable[[Page, str], Awaitable[None]], size: tuple[int, int]
) -> None:
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = await context.new_page()
    await log_in(page, "Omar Okafor")
    await page.goto(stack.url)
    row, dialog = page.locator("[data-todo]:has([data-log])").first, page.get_by_role("dialog")
    place = await row.evaluate("each => [...document.querySelectorAll('[data-todo]')].indexOf(each)")
    await row.locator(".name").focus()
    await page.keyboard.press("a")
    await expect(dialog.get_by_label("Notes")).to_be_focused()
    for shown in ("What happened?", "Outcome"):
        assert await dialog.get_by_role("group", name=shown).evaluate(UNCOVERED), shown
    for shown in (dialog.get_by_role("heading"), dialog.get_by_role("button", name="Log activity")):
        assert await shown.evaluate(UNCOVERED)
    await dialog.get_by_label("Notes").fill("Rang them")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("[data-todo] .name").nth(place)).to_be_focused()
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def three_due(stack: Stack) -> None:
    """Three of omar's leads are overdue, whatever other tests have done with what was."""
    owner = await asyncpg.connect(stack.settings()["CRM_OWNER_DATABASE_URL"])
    try:
        await owner.execute(
            "UPDATE lead SET follow_up_at = now() - interval '1 day' WHERE id IN (SELECT lead.id FROM lead"
            " JOIN staff ON staff.id = lead.assigned_to_id WHERE staff.name = 'Omar Okafor' AND closed_at IS NULL"
            " LIMIT 3)"
        )
    finally:
        await owner.close()


@pytest.mark.usefixtures("three_due")
async def test_a_menu_at_the_foot_of_a_phone_opens_upwards(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Omar Okafor")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.goto(stack.url)
    opener, menu = page.locator("[data-snooze]").nth(1), page.locator(".acts .menu").nth(1)
    await opener.evaluate("each => scrollBy(0, each.getBoundingClientRect().bottom - innerHeight + 90)")
    await opener.click()
    await expect(menu).to_have_class(re.compile("menu--up"))
    for item in await menu.locator(".menu-item").all():
        assert await item.evaluate(UNCOVERED)


@pytest.mark.usefixtures("three_due")
async def test_calls_go_from_one_to_the_next_by_keys(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Omar Okafor")
    await page.goto(stack.url)
    await page.get_by_role("link", name="Start calling").press("Enter")
    await page.wait_for_url("**/calls")  # loaded: the form's key is heard
    name, notes = page.get_by_role("heading", level=1), page.get_by_label("Notes")
    await expect(page).to_have_title(re.compile("^1 of "))
    await expect(name).to_be_focused()
    await notes.press("Control+Enter")
    await expect(notes).to_have_attribute("aria-invalid", "true")
    await expect(notes).to_be_focused()
    await page.keyboard.type("Rang, nobody there")
    await page.keyboard.press("Control+Enter")
    await expect(page).to_have_title(re.compile("^2 of "))
    await expect(name).to_be_focused()
    await _skip_and_stop(page)


async def _skip_and_stop(page: Page) -> None:
    await page.get_by_role("button", name="Log and next").focus()
    await page.keyboard.press("Tab")
    await expect(page.locator(".call-ways a").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_title(re.compile("^3 of "))
    await page.get_by_role("link", name="Done for now").press("Enter")
    await expect(page.locator(".empty")).to_contain_text("You logged 1 activity and skipped 1 lead.")
    await page.get_by_role("link", name="Back to My day").press("Enter")
    await expect(page.get_by_role("link", name="Start calling")).to_be_visible()
