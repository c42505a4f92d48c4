"""A lead beside the board: how it comes and goes, what is done in it, and what others do meanwhile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.e2e.test_board import card_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Locator, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


async def open_beside(board: Page, stage: str) -> tuple[Locator, Locator, Locator]:
    """Open the first lead of a stage by its card; returns card, drawer and the drawer's heading."""
    card, drawer = await card_in(board, stage), board.locator("#drawer")
    await card.get_by_role("link").focus()
    await board.keyboard.press("Enter")
    title = drawer.locator("#drawer-title")
    await expect(title).to_be_focused()
    return card, drawer, title


async def test_it_has_an_address_and_each_way_out_leads_back_to_the_card(board: Page, stack: Stack) -> None:
    await board.goto(f"{stack.url}/board?sort=-score")
    for stage, leave in (
        ("lead", lambda drawer: board.keyboard.press("Escape")),
        ("qualified", lambda drawer: drawer.get_by_role("link", name="Close").click()),
        ("negotiation", lambda drawer: board.go_back()),
    ):
        card, drawer, title = await open_beside(board, stage)
        lead_id, name = await card.get_attribute("data-lead-id"), await title.inner_text()
        await expect(board).to_have_url(f"{stack.url}/board/leads/{lead_id}?sort=-score")
        await expect(board).to_have_title(re.compile(f"^{name} · Board"))
        await leave(drawer)
        await expect(drawer).to_be_hidden()
        await expect(card.get_by_role("link")).to_be_focused()
        await expect(board).to_have_url(f"{stack.url}/board?sort=-score")
        await expect(board).to_have_title(re.compile("^Board"))


async def test_opened_at_its_address_it_closes_to_the_board_and_one_back_is_enough(
    board: Page, stack: Stack
) -> None:
    card, drawer, title = await open_beside(board, "lead")
    await board.reload()
    await expect(title).to_be_visible()
    other = await card_in(board, "qualified")
    await other.get_by_role("link").click()
    await expect(title).to_have_text(await other.get_by_role("link").inner_text())
    await board.go_back()
    await expect(drawer).to_be_hidden()
    await board.goto(f"{stack.url}/board/leads/{await card.get_attribute('data-lead-id')}")
    await board.keyboard.press("Escape")
    await expect(drawer).to_be_hidden()
    await expect(board).to_have_url(f"{stack.url}/board")
    await expect(card.get_by_role("link")).to_be_focused()


async def test_nothing_of_a_won_lead_is_cut_off(board: Page) -> None:
    _, drawer, _ = await open_beside(board, "closed_won")
    await expect(drawer.locator("#handoff")).to_be_visible()
    cut = "(all) => all.filter((one) => one.scrollHeight > one.clientHeight + 1).map((one) => one.id || one.className)"
    assert await drawer.locator(":scope > *").evaluate_all(cut) == []


async def test_what_is_done_in_it_changes_the_card_and_leaves_it_open(board: Page) -> None:
    card, drawer, _ = await open_beside(board, "negotiation")
    dialog = board.locator("#dialog")
    await drawer.get_by_role("button", name="Move to Proposal Sent").click()
    await expect(board.locator('[data-stage="proposal_sent"]').locator(card)).to_have_count(1)
    await expect(drawer.locator(".step[aria-current]")).to_be_focused()
    await expect(drawer.locator(".step[aria-current]")).to_have_text("Proposal Sent")
    edit = drawer.get_by_role("button", name="Edit")
    await edit.click()
    await dialog.get_by_label("Expected value").fill("4321")
    await dialog.get_by_role("button", name="Save").click()
    await expect(drawer.locator(".facts")).to_contain_text("€4,321")
    await expect(card).to_contain_text("€4,321")
    await expect(edit).to_be_focused()
    await drawer.get_by_role("button", name="Log activity").click()
    await dialog.get_by_label("Notes").fill("Between two calls")
    await dialog.get_by_role("button", name="Log activity").click()
    await expect(drawer.locator("[data-activity-id]").first).to_contain_text("Between two calls")
    await expect(drawer.get_by_role("button", name="Log activity")).to_be_focused()


async def test_a_lead_that_the_filter_leaves_out_is_still_worked_with(board: Page) -> None:
    card, drawer, _ = await open_beside(board, "negotiation")
    await board.get_by_label("Filter by name").fill("nobody is called that")
    await expect(card).to_have_count(0)
    await expect(board).to_have_url(re.compile(r"/board/leads/[^/]+\?q=nobody"))
    await drawer.get_by_role("button", name="Move to Qualified").click()
    await expect(drawer.locator(".step[aria-current]")).to_have_text("Qualified")
    await expect(card).to_have_count(0)
    await drawer.get_by_role("link", name="Close").click()
    await expect(board).to_have_url(re.compile(r"/board\?q=nobody"))


async def test_it_follows_what_others_do_until_the_lead_is_theirs(
    new_page: Callable[[], Awaitable[Page]], board: Page, stack: Stack, sign_in: SignIn
) -> None:
    card, drawer, _ = await open_beside(board, "lead")
    ada, lead_id = await new_page(), await card.get_attribute("data-lead-id")
    await sign_in(ada, "Ada Andersson")
    await ada.goto(f"{stack.url}/board/leads/{lead_id}")
    theirs, dialog = ada.locator("#drawer"), ada.locator("#dialog")
    await theirs.get_by_role("button", name="Edit").click()
    await dialog.get_by_label("Expected value").fill("777")
    await dialog.get_by_role("button", name="Save").click()
    await expect(drawer.locator(".facts")).to_contain_text("€777")
    await theirs.locator('form[action$="/assign"] button').click()
    await dialog.get_by_label("Owner").select_option(label="Omar Okafor")
    await dialog.get_by_role("button", name="Give the lead").click()
    await expect(theirs.locator(".facts")).to_contain_text("Omar Okafor")
    await expect(drawer).to_be_hidden()
    await expect(board.locator(".toast")).to_contain_text("not yours any more")
    await expect(card).to_have_count(0)


async def test_on_a_phone_nothing_is_behind_it(
    stack: Stack, new_page: Callable[[], Awaitable[Page]], sign_in: SignIn
) -> None:
    page = await new_page()
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    _, drawer, _ = await open_beside(page, "lead")
    assert await drawer.evaluate("each => [each.offsetWidth, each.offsetHeight]") == [390, 844]
    await expect(page.get_by_role("link", name="Customers")).to_have_count(0)
    await expect(page.locator(".card").first).to_be_hidden()
    await page.keyboard.press("Shift+Tab")
    await expect(page.locator("body > *:not(main) :focus")).to_have_count(0)
    await page.go_back()
    await expect(page.locator(".card").first).to_be_visible()
