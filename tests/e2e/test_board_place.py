"""Coming back to the board: where one was, what one looked for, and from which card."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.test_board import open_page
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def board(page: Page, stack: Stack, sign_in: SignIn) -> Page:
    """Everybody's board in Ada's browser: the lost leads are more than a column shows at first."""
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board")
    return page


async def top_of(cards: Locator) -> float:
    return await cards.evaluate("each => each.scrollTop")


async def scroll_to_end(cards: Locator) -> None:
    """Scroll until the column has no more cards to fetch."""

    async def ended() -> bool:
        await cards.evaluate("each => { each.scrollTop = each.scrollHeight; }")
        return await cards.locator(".more").count() == 0

    await until(ended, "the column is shown to its end")


@pytest.mark.usefixtures("much_lost")
async def test_back_on_the_board_all_is_where_it_was(board: Page) -> None:
    lost, early = (
        board.locator('[data-stage="closed_lost"] .cards'),
        board.locator('[data-stage="lead"] .cards'),
    )
    await scroll_to_end(lost)
    await early.evaluate("each => { each.scrollTop = 300; }")
    card = lost.locator("[data-lead-id]").last
    link = card.get_by_role("link")
    name = await link.inner_text()
    await link.click()
    await expect(board.get_by_role("heading", name=name)).to_be_focused()
    tops = await top_of(lost), await top_of(early)
    await board.get_by_role("link", name="Whole page").click()
    await expect(board.get_by_role("heading", level=1)).to_have_text(name)
    await board.go_back()
    await until(lambda: _are_at(tops, lost, early), "both columns are where they were")
    await expect(board.get_by_role("heading", name=name)).to_be_focused()
    await board.keyboard.press("Escape")
    await expect(link).to_be_focused()
    assert await link.inner_text() == name


async def _are_at(tops: tuple[float, float], *lists: Locator) -> bool:
    return tuple([await top_of(each) for each in lists]) == tops


async def test_a_board_that_is_opened_anew_begins_at_its_top(board: Page) -> None:
    early = board.locator('[data-stage="lead"] .cards')
    await early.evaluate("each => { each.scrollTop = 300; }")
    await board.get_by_role("link", name="Customers").click()
    await board.wait_for_url("**/customers")
    await board.get_by_role("link", name="Board", exact=True).click()
    await board.wait_for_url("**/board")
    await expect(early.locator(".card").first).to_be_visible()
    assert await top_of(early) == 0


async def test_the_way_back_from_a_lead_keeps_filter_and_place(board: Page, stack: Stack) -> None:
    await board.goto(f"{stack.url}/board?owner=none&score=hot")
    await board.goto(f"{stack.url}/board?rot=1")
    card = board.locator("[data-lead-id]").nth(2)
    await open_page(board, card)  # whose script knows the way back
    await board.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Board").click()
    await expect(card.get_by_role("link")).to_be_focused()
    assert urlsplit(board.url).query == "rot=1"
