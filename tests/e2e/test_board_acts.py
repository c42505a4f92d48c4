"""Acts of the board that ask first: many at once, a sale, a loss; and where the focus is afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.e2e.test_board import bottom_of, card_in, drag, stands_in

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

    from tests.e2e.stack import Stack


async def pick_two(board: Page, stage: str) -> list[Locator]:
    """Select the first two cards of a stage by keys, and ask what to do with them."""
    cards = board.locator(f'[data-stage="{stage}"] [data-lead-id]')
    ids = [await cards.nth(place).get_attribute("data-lead-id") for place in range(2)]
    picked = [board.locator(f'[data-lead-id="{each}"]') for each in ids]
    for card in reversed(picked):
        await card.get_by_role("link").focus()
        await board.keyboard.press("x")
    await board.get_by_role("button", name="Change them…").press("Enter")
    return picked


async def finish(board: Page, act: str) -> None:
    """Say what to do with those picked, and go back to the board, by keys."""
    dialog = board.get_by_role("dialog")
    await dialog.get_by_text(act, exact=True).click()
    if act == "Move":
        await dialog.get_by_label("Move to").select_option("Negotiation/Commitment")
    else:
        await dialog.get_by_text("Next week", exact=True).click()
    await dialog.get_by_role("button", name="Change them").press("Enter")
    await expect(dialog.get_by_role("heading")).to_have_text("2 of 2 leads changed")
    await expect(dialog.get_by_role("link", name="Back to the board")).to_be_focused()
    await board.keyboard.press("Enter")


async def test_many_moved_leave_the_focus_where_the_selection_began(board: Page) -> None:
    first, second = await pick_two(board, "lead")
    await finish(board, "Move")
    there = board.locator('[data-stage="negotiation"]')
    await expect(there.locator(first)).to_have_count(1)
    await expect(there.locator(second)).to_have_count(1)
    await expect(first.get_by_role("link")).to_be_focused()


async def test_deselecting_goes_back_to_the_cards(board: Page) -> None:
    link = (await card_in(board, "lead")).get_by_role("link")
    await link.focus()
    await board.keyboard.press("x")
    await board.get_by_role("button", name="Deselect").press("Enter")
    await expect(board.locator("#selection")).to_be_hidden()
    await expect(link).to_be_focused()


async def test_cards_that_leave_the_board_leave_the_focus_on_it(board: Page, stack: Stack) -> None:
    await board.goto(f"{stack.url}/board?due=none")
    first, second = await pick_two(board, "qualified")
    await finish(board, "Plan a follow-up")
    await expect(first).to_have_count(0)
    await expect(second).to_have_count(0)
    await expect(board.locator("#board :focus")).to_have_count(1)


async def test_a_cancelled_win_saves_nothing(board: Page) -> None:
    card = await card_in(board, "negotiation")
    await drag(board, card, "closed_won")
    await expect(board.get_by_label("Final amount")).to_be_focused()
    await board.keyboard.press("Escape")
    await stands_in(board, card, "negotiation")


async def test_a_win_from_the_board_leaves_it_in_place(board: Page) -> None:
    card = await card_in(board, "negotiation")
    await card.get_by_role("button", name="Move to…").click()
    await board.get_by_role("button", name="Closed/Won").click()
    dialog = board.get_by_role("dialog")
    await dialog.get_by_label("Final amount").fill("much")
    await dialog.get_by_label("Product or plan").fill("Team plan")
    await dialog.get_by_role("button", name="Mark as won").click()
    await expect(dialog.get_by_label("Final amount")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Final amount").fill("1200")
    await dialog.get_by_role("button", name="Mark as won").click()
    await stands_in(board, card, "closed_won")


async def test_what_is_shown_of_a_sale_leaves_the_button_in_its_place(board: Page) -> None:
    card = await card_in(board, "negotiation")
    await card.get_by_role("link").focus()
    await board.keyboard.press("5")
    dialog = board.get_by_role("dialog")
    await expect(dialog.get_by_label("Final amount")).to_be_focused()
    await bottom_of(dialog)
    before = await bottom_of(dialog.get_by_role("button", name="Mark as won"))
    await dialog.get_by_label("Final amount").fill("1200")
    await dialog.get_by_label("Product or plan").fill("Team plan")
    await expect(dialog.locator("#preview")).to_contain_text("Team plan")
    assert await bottom_of(dialog.get_by_role("button", name="Mark as won")) == before


async def test_a_note_that_another_reason_does_not_need_is_asked_for_no_longer(board: Page) -> None:
    card = await card_in(board, "qualified")
    await card.get_by_role("link").focus()
    await board.keyboard.press("6")
    dialog = board.get_by_role("dialog")
    note, day = dialog.get_by_label("Note"), dialog.get_by_label("Try again on")
    await dialog.get_by_text("Other", exact=True).click()
    await day.fill("2001-01-01")
    await dialog.get_by_role("button", name="Mark as lost").click()
    await expect(note).to_have_accessible_description("This is required when the reason is other")
    await expect(note).to_be_focused()
    await dialog.get_by_text("Price", exact=True).click()
    await expect(dialog.get_by_text("This is required")).to_have_count(0)
    await expect(note).not_to_have_attribute("aria-invalid", "true")
    await expect(day).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("alert")).to_be_visible()
    await day.fill("")
    await dialog.get_by_text("Other", exact=True).click()
    await dialog.get_by_role("button", name="Mark as lost").click()
    await expect(note).to_have_attribute("aria-invalid", "true")
    await expect(day).not_to_have_attribute("aria-invalid", "true")
    await dialog.get_by_text("Price", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await board.keyboard.press("Escape")
    await stands_in(board, card, "qualified")


async def test_a_call_is_logged_without_leaving_the_board(board: Page) -> None:
    card = await card_in(board, "qualified")
    await card.get_by_role("link").focus()
    await board.keyboard.press("a")
    dialog = board.get_by_role("dialog")
    await expect(dialog.get_by_label("Notes")).to_be_focused()
    await board.keyboard.press("Control+Enter")
    await expect(dialog.get_by_label("Notes")).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Notes").fill("They want the annual plan")
    await board.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(card.get_by_role("link")).to_be_focused()
    await board.keyboard.press("a")
    await expect(dialog.get_by_label("Notes")).to_have_value("They want the annual plan")
    await dialog.get_by_text("Next week", exact=True).click()
    await dialog.get_by_label("What to do next").fill("Send the annual plan")
    await board.keyboard.press("Control+Enter")
    await expect(card).to_contain_text("Send the annual plan")
    await expect(dialog).to_have_count(0)
    await expect(card.get_by_role("link")).to_be_focused()
    await board.keyboard.press("a")
    await expect(dialog.get_by_label("Notes")).to_have_value("")


async def test_a_card_is_nurtured_from_its_menu_and_comes_back_by_keys(board: Page) -> None:
    card = await card_in(board, "qualified")
    await card.get_by_role("button", name="Move to…").click()
    await board.get_by_role("button", name="Nurture…").click()
    dialog = board.get_by_role("dialog")
    await dialog.get_by_text("In 6 months", exact=True).click()
    await dialog.get_by_label("Why, or what to do then").fill("After their move")
    await dialog.get_by_role("button", name="Nurture", exact=True).click()
    await expect(card).to_contain_text("Nurturing until")
    await expect(card).to_contain_text("After their move")
    await card.get_by_role("link").focus()
    await board.keyboard.press("f")
    await expect(dialog.get_by_role("heading")).to_contain_text("Back to work with")
    await dialog.get_by_role("button", name="Back to work").press("Enter")
    await expect(card).not_to_contain_text("Nurturing")
    await expect(card.get_by_role("link")).to_be_focused()
