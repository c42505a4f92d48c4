"""Filtering the board while one types: the cards and the address follow, the field and the board's tools stay."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import card_in, drag, said_above, stands_in
from tests.e2e.test_board_place import scroll_to_end

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


async def open_board(page: Page, stack: Stack, sign_in: SignIn, name: str) -> Locator:
    """Open the board and return its filter; what is loaded anew from here on has lost its mark."""
    await sign_in(page, name)
    await page.goto(f"{stack.url}/board")
    await page.evaluate("window.mark = 'the same page'")
    return page.get_by_label("Filter by name")


async def heads_count_what_is_shown(page: Page) -> None:
    for stage in ("lead", "qualified", "proposal_sent", "negotiation"):
        shown = await page.locator(f'[data-stage="{stage}"] [data-lead-id]').count()
        await expect(page.locator(f'[data-stage="{stage}"] .count')).to_have_text(str(shown))
        await expect(page.locator(f'[data-tab="{stage}"] .quiet')).to_have_text(str(shown))


async def test_typing_filters_and_leaves_the_field_alone(page: Page, stack: Stack, sign_in: SignIn) -> None:
    field = await open_board(page, stack, sign_in, "Rita Reyes")
    card = await card_in(page, "lead")
    name = await card.get_by_role("link").inner_text()
    whole = await page.locator("[data-lead-id]").count()
    await field.focus()
    await page.keyboard.type(name[1:])
    await page.keyboard.press("Home")
    await expect(page.locator("[data-lead-id]").filter(has_not_text=name)).to_have_count(0)
    await expect(page).to_have_url(re.compile(r"/board\?q=[^&=]+$"))
    await page.keyboard.type(name[0])
    await expect(field).to_have_value(name)
    await expect(page).to_have_url(f"{stack.url}/board?{urlencode({'q': name})}")
    await expect(page.get_by_text("Save this view")).to_be_visible()
    await expect(field).to_be_focused()
    assert await page.evaluate("window.mark") == "the same page"
    above = await said_above(page)
    await page.reload()
    assert above == await said_above(page)
    await field.fill("")
    await expect(page.locator("[data-lead-id]")).to_have_count(whole)
    await expect(page).to_have_url(f"{stack.url}/board")


async def test_what_was_found_by_typing_moves_like_any_card(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    field = await open_board(page, stack, sign_in, "Rita Reyes")
    card = await card_in(page, "qualified")
    await card.get_by_role("link").focus()
    await page.keyboard.press("x")
    await expect(page.locator("#selection")).to_be_visible()
    name = await card.get_by_role("link").inner_text()
    await field.fill(name)
    await expect(page.locator("[data-lead-id]").filter(has_not_text=name)).to_have_count(0)
    await expect(page.locator("#selection")).to_be_hidden()
    await drag(page, card, "proposal_sent")
    await expect(page.locator("#live")).to_contain_text("moved to Proposal Sent")
    await heads_count_what_is_shown(page)
    await card.get_by_role("button", name="Move to…").click()
    await page.get_by_role("button", name="Negotiation").click()
    await expect(page.locator("#live")).to_contain_text("moved to Negotiation")
    await heads_count_what_is_shown(page)
    assert await page.evaluate("window.mark") == "the same page"
    await stands_in(page, card, "negotiation")


@pytest.mark.usefixtures("much_lost")
async def test_columns_of_what_was_found_have_more_cards(page: Page, stack: Stack, sign_in: SignIn) -> None:
    field = await open_board(page, stack, sign_in, "Ada Andersson")
    lost = page.locator('[data-stage="closed_lost"]')
    all_of_them = await lost.locator(".count").get_attribute("data-count")
    await field.fill("@")
    await expect(page).to_have_url(re.compile("q=%40$"))
    await scroll_to_end(lost.locator(".cards"))
    await expect(lost.locator("[data-lead-id]")).to_have_count(
        int(await lost.locator(".count").get_attribute("data-count") or 0)
    )
    assert int(all_of_them or 0) > 25


async def test_nothing_found_is_said_and_a_lost_line_too(page: Page, stack: Stack, sign_in: SignIn) -> None:
    field = await open_board(page, stack, sign_in, "Rita Reyes")
    await field.fill("nobody is called that")
    await expect(page.locator(".notice")).to_contain_text("No leads match")
    await page.context.set_offline(True)
    await field.fill("a")
    await expect(page.locator(".toast--bad")).to_contain_text("could not be filtered")
    await page.context.set_offline(False)
    await field.fill("")
    await expect(page.locator(".notice")).to_have_count(0)


async def test_a_filter_that_is_sent_says_only_what_narrows(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    field = await open_board(page, stack, sign_in, "Rita Reyes")
    await field.fill("a")
    await field.press("Enter")
    await page.wait_for_function("!window.mark")
    await page.wait_for_url(f"{stack.url}/board?q=a")
    await page.get_by_text("Filters", exact=True).click()
    await page.get_by_label("Score", exact=True).select_option("hot")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page).to_have_url(f"{stack.url}/board?q=a&score=hot")
