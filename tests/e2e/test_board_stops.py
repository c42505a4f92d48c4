"""Where Tab stops on a board: once in each column, and at what belongs to the card one is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import card_in
from tests.e2e.test_slow_line import Line
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

A_PAGE = 25
STOPS = """() => Object.fromEntries([...document.querySelectorAll(".column:has(.card)")]
    .map((each) => [each.dataset.stage, each.querySelectorAll(".card a:not([tabindex])").length]))"""
AWAY = "all => all.forEach((each) => each.remove())"
ELSEWHERE = ".card:not(:focus-within) button:not([tabindex])"
PLACE = """() => {
    const card = document.activeElement.closest(".card");
    return card && [card.closest(".column").dataset.stage, card.dataset.leadId, document.activeElement.localName];
}"""


async def place(page: Page) -> Any:
    """Return the column, the card and the kind of control that has the focus."""
    return await page.evaluate(PLACE)


async def stop_once(page: Page) -> None:
    """Look that each column with cards has one card that is a stop, and only the one in focus its buttons too."""
    stops = await page.evaluate(STOPS)
    assert stops
    assert set(stops.values()) == {1}, stops
    await expect(page.locator(ELSEWHERE)).to_have_count(0)


async def test_tab_goes_through_the_card_in_focus_and_on_to_the_next_column(board: Page) -> None:
    third = board.locator('[data-stage="lead"] .card').nth(2)
    next_first = board.locator('[data-stage="qualified"] .card').first.get_by_role("link")
    for _ in range(3):
        await board.keyboard.press("ArrowDown")
    await expect(third.get_by_role("link")).to_be_focused()
    for _ in range(await third.get_by_role("button").count()):
        await board.keyboard.press("Tab")
        assert await place(board) == ["lead", await third.get_attribute("data-lead-id"), "button"]
    await expect(third.get_by_role("button", name="Move to…")).to_be_focused()
    await board.locator('[data-stage="lead"] .more').evaluate_all(AWAY)
    await board.keyboard.press("Tab")
    await expect(next_first).to_be_focused()
    await stop_once(board)
    await board.keyboard.press("Shift+Tab")
    await expect(third.get_by_role("link")).to_be_focused()


async def test_a_column_keeps_its_stop_whatever_comes_and_goes(board: Page) -> None:
    card = await card_in(board, "lead")
    below = board.locator('[data-stage="lead"] .card').nth(1)
    beside = await below.get_attribute("data-lead-id")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await expect(board.locator("#live")).to_contain_text("moved to Qualified")
    await expect(card.get_by_role("link")).to_be_focused()
    await stop_once(board)
    await expect(board.locator(f'[data-lead-id="{beside}"] a')).not_to_have_attribute("tabindex", "-1")
    await expect(card.get_by_role("button", name="Move to…")).not_to_have_attribute("tabindex", "-1")
    async with board.expect_response("**/board?*"):
        await board.get_by_label("Filter by name").fill("a")
    await until(
        lambda: board.evaluate("new URLSearchParams(location.search).get('q') === 'a'"), "it is filtered"
    )
    await stop_once(board)


@pytest.mark.usefixtures("much_lost")
async def test_what_shows_more_leaves_the_focus_on_the_first_of_it(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await sign_in(page, "Ada Andersson")
    line = Line()
    await line.hold(page, "**/board/closed_lost?*")
    await page.goto(f"{stack.url}/board")
    cards = page.locator('[data-stage="closed_lost"] .card')
    more = page.locator('[data-stage="closed_lost"] .more a')
    await expect(cards).to_have_count(A_PAGE)
    await cards.last.get_by_role("link").focus()
    await more.focus()
    await until(lambda: line.asked, "it is in sight, and so more is asked for")
    line.let_go()
    await expect(cards.nth(A_PAGE).get_by_role("link")).to_be_focused()
    await stop_once(page)


async def test_on_a_phone_the_tab_of_a_stage_leads_into_its_column(
    browser: Browser, stack: Stack, sign_in: SignIn
) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844})
    page = await context.new_page()
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    await page.locator('[data-tab="negotiation"]').press("Enter")
    first = page.locator('[data-stage="negotiation"] .card').first.get_by_role("link")
    await expect(first).to_be_focused()
    await expect(first).to_be_in_viewport(ratio=1)
    await stop_once(page)
    await context.close()
