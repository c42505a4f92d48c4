"""Dialogs keep what was typed, say what is true, and give the focus back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import card_in, open_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Dialog, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


async def open_lead(page: Page, stack: Stack, stage: str) -> None:
    """Open the page of a lead of this stage from the board."""
    await page.goto(f"{stack.url}/board")
    await open_page(page, await card_in(page, stage))


async def lose(page: Page) -> None:
    await page.get_by_role("button", name="Mark as lost").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Price", exact=True).click()
    await dialog.get_by_role("button", name="Mark as lost").click()


async def test_what_somebody_else_closed_is_said_and_the_card_goes_there(
    new_page: Callable[[], Awaitable[Page]], board: Page, stack: Stack, sign_in: SignIn
) -> None:
    card, ada = await card_in(board, "qualified"), await new_page()
    await sign_in(ada, "Ada Andersson")
    await ada.goto(stack.url + str(await card.get_by_role("link").get_attribute("href")))
    await card.get_by_role("link").focus()
    await board.keyboard.press("5")
    dialog = board.get_by_role("dialog")
    await dialog.get_by_label("Final amount").fill("1200")
    await dialog.get_by_label("Product or plan").fill("Team plan")
    await lose(ada)
    await expect(ada.locator(".toast")).to_have_text("The lead is lost.")
    await dialog.get_by_role("button", name="Mark as won").click()
    await expect(dialog.get_by_role("alert")).to_contain_text(
        "Ada Andersson marked this lead as lost (Price)"
    )
    await dialog.get_by_role("link", name="Close").press("Enter")
    await expect(board.locator('[data-stage="closed_lost"]').locator(card)).to_have_count(1)
    await expect(card.get_by_role("link")).to_be_focused()


async def test_after_a_dialog_did_something_the_focus_is_where_it_was_asked_for(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await sign_in(page, "Rita Reyes")
    await open_lead(page, stack, "qualified")
    edit = page.locator("#facts").get_by_role("button", name="Edit")
    await edit.press("Enter")
    await page.get_by_label("Expected value").fill("1234")
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_have_text("The deal is saved.")
    await expect(edit).to_be_focused()
    await lose(page)
    await expect(page.locator(".toast")).to_have_text("The lead is lost.")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()


async def test_which_competitor_is_asked_beside_that_reason_only(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await sign_in(page, "Rita Reyes")
    await open_lead(page, stack, "qualified")
    await page.get_by_role("button", name="Mark as lost").click()
    dialog, which = page.get_by_role("dialog"), page.get_by_label("Which one?")
    await expect(dialog.get_by_label("Note")).to_be_visible()
    await expect(which).to_be_hidden()
    await dialog.get_by_text("Went with a competitor").click()
    await expect(which).to_be_visible()
    await dialog.get_by_text("Price", exact=True).click()
    await expect(which).to_be_hidden()


@pytest.mark.parametrize("drop", [False, True])
async def test_escape_asks_before_it_drops_what_was_typed(board: Page, *, drop: bool) -> None:
    asked: list[str] = []

    async def answer(question: Dialog) -> None:
        asked.append(question.message)
        await (question.accept() if drop else question.dismiss())

    board.on("dialog", answer)
    dialog = board.get_by_role("dialog")
    await board.get_by_role("button", name="New lead").click()
    await expect(dialog.get_by_label("Name")).to_be_focused()
    await board.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    assert asked == []
    await board.get_by_role("button", name="New lead").click()
    await dialog.get_by_label("Note").fill("Met at the fair")
    await dialog.get_by_role("button", name="Add lead").focus()
    for _ in range(1 if drop else 3):
        await board.keyboard.press("Escape")
    await expect(dialog).to_have_count(0 if drop else 1)
    assert asked == ["Close this, and drop what you typed?"] * (1 if drop else 3)


async def test_what_is_corrected_is_wrong_no_longer(board: Page) -> None:
    card = await card_in(board, "negotiation")
    await card.get_by_role("link").focus()
    await board.keyboard.press("5")
    dialog = board.get_by_role("dialog")
    amount = dialog.get_by_label("Final amount")
    await amount.fill("much")
    await dialog.get_by_label("Product or plan").fill("Team plan")
    await dialog.get_by_role("button", name="Mark as won").click()
    await expect(amount).to_have_attribute("aria-invalid", "true")
    await amount.fill("1200")
    await board.keyboard.press("Tab")
    await expect(amount).not_to_have_attribute("aria-invalid", "true")
    await expect(dialog.locator(".error, .notice--bad")).to_have_count(0)


async def test_a_close_that_is_told_late_leaves_the_next_dialog_alone(board: Page) -> None:
    card = await card_in(board, "qualified")
    await card.get_by_role("link").focus()
    await board.keyboard.press("f")
    await expect(board.get_by_label("What to do")).to_be_visible()
    # A browser tells of it with the next frame it draws, which on a busy machine comes after the next dialog.
    await board.locator("#dialog").dispatch_event("close")
    await board.get_by_label("What to do").fill("Ring again")
    await board.get_by_role("button", name="Plan it").click()
    await expect(card).to_contain_text("Ring again")
    await expect(card.get_by_role("link")).to_be_focused()
