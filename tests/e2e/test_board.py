"""The board under a mouse, a finger, a keyboard, and without any script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Locator, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIND = """async (rules) => {
    const ends = (one) => one.playState === "running" && one.effect.getComputedTiming().endTime < Infinity;
    await Promise.allSettled(document.getAnimations().filter(ends).map((one) => one.finished));
    const found = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
    return found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`);
}"""

# The key follows at once: the board looks at a card that somebody else seems to have moved, and puts it back.
OVERTAKE = """(card) => {
    document.querySelector("[data-stage=negotiation] .cards").prepend(card);
    document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "z", bubbles: true }));
}"""


async def card_in(page: Page, stage: str) -> Locator:
    """Return a card of the stage, found by its lead wherever it goes."""
    first = page.locator(f'[data-stage="{stage}"] [data-lead-id]').first
    return page.locator(f'[data-lead-id="{await first.get_attribute("data-lead-id")}"]:not(.is-lifted)')


async def drag(page: Page, card: Locator, stage: str, *, drop: bool = True) -> None:
    """Pull the card over the column; the button of the mouse goes up when it is to `drop`."""
    await card.scroll_into_view_if_needed()
    start, end = await card.bounding_box(), await page.locator(f'[data-stage="{stage}"]').bounding_box()
    assert start
    assert end
    await page.mouse.move(start["x"] + 40, start["y"] + 50)
    await page.mouse.down()
    await page.mouse.move(end["x"] + 60, end["y"] + 120, steps=6)
    if drop:
        await page.mouse.up()


async def open_page(page: Page, card: Locator) -> None:
    """Go from a card to its lead's own page, through the drawer beside the board."""
    await card.get_by_role("link").click()
    await page.get_by_role("link", name="Whole page").click()
    await page.wait_for_url(lambda url: urlsplit(url).path.startswith("/leads/"))


async def stands_in(page: Page, card: Locator, stage: str) -> None:
    """Wait until the server has the card in that column, also after a reload."""
    await expect(page.locator(f'[data-stage="{stage}"]').locator(card)).to_have_count(1)
    await expect(page.locator(".is-saving")).to_have_count(0)
    await stands_in_after_reload(page, card, stage)


async def stands_in_after_reload(page: Page, card: Locator, stage: str) -> None:
    await page.reload()
    await expect(page.locator(f'[data-stage="{stage}"]').locator(card)).to_have_count(1)


async def test_a_dropped_card_stays_and_undo_takes_it_back(board: Page) -> None:
    card = await card_in(board, "lead")
    await drag(board, card, "qualified")
    await expect(board.locator("#live")).to_contain_text("moved to Qualified")
    await board.get_by_role("button", name="Undo").click()
    await expect(card.get_by_role("link")).to_be_focused()
    await stands_in(board, card, "lead")


async def test_a_key_undoes_the_last_move_and_its_message(board: Page) -> None:
    card = await card_in(board, "lead")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await expect(board.locator(".toast")).to_contain_text("moved to Qualified")
    await card.get_by_role("link").blur()
    await board.keyboard.press("z")
    await expect(board.locator(".toast")).to_have_text(re.compile("moved back to Lead.$"))
    await expect(card.get_by_role("link")).to_be_focused()
    await stands_in(board, card, "lead")


async def test_a_move_that_others_have_overtaken_is_not_undone(board: Page) -> None:
    card = await card_in(board, "lead")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await expect(board.locator(".toast")).to_contain_text("moved to Qualified")
    await card.evaluate(OVERTAKE)
    await expect(board.locator(".toast")).to_have_text("That move cannot be undone any more.")
    await stands_in_after_reload(board, card, "qualified")


async def test_escape_puts_a_dragged_card_back(board: Page) -> None:
    card = await card_in(board, "lead")
    await drag(board, card, "qualified", drop=False)
    await expect(board.locator(".is-lifted")).to_have_count(1)
    await board.keyboard.press("Escape")
    await board.mouse.up()
    await expect(board.locator(".is-lifted")).to_have_count(0)
    await stands_in(board, card, "lead")


async def test_the_menu_moves_a_card_and_keeps_the_focus(board: Page) -> None:
    card = await card_in(board, "qualified")
    await card.get_by_role("button", name="Move to…").click()
    await board.get_by_role("button", name="Proposal Sent").click()
    await expect(card.get_by_role("link")).to_be_focused()
    await stands_in(board, card, "proposal_sent")


async def test_keys_move_the_card_in_focus(board: Page) -> None:
    card = await card_in(board, "lead")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await expect(board.locator("#live")).to_contain_text("moved to Qualified")
    await board.keyboard.press("4")
    await stands_in(board, card, "negotiation")


async def said_above(board: Page) -> list[str]:
    """What the board says of its columns and of itself."""
    return await board.locator(
        ".totals strong, .column-head .count, .column-head .sums, [data-tab]"
    ).all_text_contents()


async def test_what_is_said_above_the_cards_follows_every_change(board: Page) -> None:
    moved, priced = await card_in(board, "lead"), await card_in(board, "proposal_sent")
    lost = await card_in(board, "negotiation")
    before = await said_above(board)
    await moved.get_by_role("link").focus()
    await board.keyboard.press("3")
    await expect(board.locator("#live")).to_contain_text("moved to Proposal Sent")
    await priced.get_by_role("link").focus()
    await board.keyboard.press("e")
    await board.get_by_label("Expected value").fill("1234567.89")
    await board.get_by_role("button", name="Save").click()
    await expect(priced).to_contain_text("1,234,567.89")
    await lost.get_by_role("link").focus()
    await board.keyboard.press("6")
    await board.get_by_role("dialog").get_by_text("Price", exact=True).click()
    await board.get_by_role("button", name="Mark as lost").click()
    await expect(board.locator("#dialog")).not_to_be_visible()
    await expect(board.locator('[data-stage="closed_lost"] .card').first).to_contain_text(
        await lost.get_by_role("link").inner_text()
    )
    after = await said_above(board)
    await expect(board.locator(".card header")).to_have_count(0)
    await board.reload()
    assert after == await said_above(board)
    assert after != before


async def test_a_move_that_cannot_be_saved_goes_back_and_can_be_tried_again(board: Page) -> None:
    card = await card_in(board, "qualified")
    await board.context.set_offline(True)
    await card.get_by_role("button", name="Move to…").click()
    await board.get_by_role("button", name="Lead", exact=True).click()
    await expect(board.locator(".toast--bad")).to_contain_text("Not saved")
    await expect(card.get_by_role("link")).to_be_focused()
    await board.context.set_offline(False)
    await board.get_by_role("button", name="Retry").click()
    await stands_in(board, card, "lead")


async def test_a_card_that_could_not_be_moved_by_keys_keeps_the_focus(board: Page) -> None:
    link = (await card_in(board, "qualified")).get_by_role("link")
    await board.context.set_offline(True)
    await link.focus()
    await board.keyboard.press("]")
    await expect(board.locator(".toast--bad")).to_contain_text("Not saved")
    await expect(link).to_be_focused()
    await board.context.set_offline(False)
    await board.keyboard.press("a")
    await expect(board.get_by_role("dialog")).to_contain_text("Log an activity with")


async def test_a_stale_card_is_refreshed_with_the_reason(board: Page) -> None:
    card = await card_in(board, "qualified")
    version = await card.get_attribute("data-version")
    await card.evaluate("card => { card.dataset.version = '9999'; }")
    await card.get_by_role("button", name="Move to…").click()
    await board.get_by_role("button", name="Lead", exact=True).click()
    await expect(board.locator(".toast--bad")).to_contain_text("changed this lead")
    await expect(card).to_have_attribute("data-version", str(version))
    await stands_in(board, card, "qualified")


async def test_a_finger_that_holds_a_card_drags_it(browser: Browser, stack: Stack, sign_in: SignIn) -> None:
    context = await browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    page = await context.new_page()
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    card = await card_in(page, "lead")
    box, target = await card.bounding_box(), await page.locator('[data-stage="qualified"]').bounding_box()
    assert box
    assert target
    fingers = await context.new_cdp_session(page)

    async def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        await fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    await touch("touchStart", box["x"] + 40, box["y"] + 50)
    await expect(page.locator(".is-lifted")).to_have_count(1)
    for step in range(1, 6):
        await touch("touchMove", box["x"] + 40 + step * (target["x"] - box["x"]) / 5, box["y"] + 60)
    await touch("touchEnd")
    await stands_in(page, card, "qualified")
    await context.close()


async def test_on_a_phone_neither_message_nor_keyboard_covers_anything(
    browser: Browser, stack: Stack, sign_in: SignIn
) -> None:
    context = await browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = await context.new_page()
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    nav = await page.get_by_role("navigation", name="Main").bounding_box()
    assert nav
    card = await card_in(page, "lead")
    await card.get_by_role("button", name="Move to…").tap()
    await page.get_by_role("button", name="Qualified").tap()
    message = page.locator(".toast")
    await expect(message).to_contain_text("moved to Qualified")
    assert await bottom_of(message) <= nav["y"]
    await card.get_by_role("link").focus()
    await page.keyboard.press("x")
    await expect(page.locator("#selection")).to_be_visible()
    assert await bottom_of(page.locator("#selection")) <= nav["y"]
    top = await page.locator("#selection").bounding_box()
    assert top
    assert await bottom_of(message) <= top["y"]
    await page.get_by_text("Filters", exact=True).tap()
    await expect(page.get_by_label("Score", exact=True)).to_be_focused()
    await context.close()


async def bottom_of(shown: Locator) -> float:
    """Return how far down it reaches, once it has come to rest."""
    rest = "each => Promise.allSettled(each.getAnimations().map((one) => one.finished))"
    await shown.evaluate(rest)
    box = await shown.bounding_box()
    assert box
    return box["y"] + box["height"]


async def test_everything_works_without_script(browser: Browser, stack: Stack, log_in: SignIn) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await log_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    card = await card_in(page, "lead")
    await expect(page.locator(".card [tabindex]")).to_have_count(0)
    await card.get_by_role("button", name="Move to…").click()
    await page.get_by_role("button", name="Qualified").click()
    await expect(page.locator("[aria-current=step]")).to_have_text("Qualified")
    await page.get_by_label("Notes").fill("Called without script")
    await page.get_by_role("button", name="Log activity").click()
    await expect(page.locator("[data-activity-id]").first).to_contain_text("Called without script")
    await page.get_by_role("button", name="Mark as lost").click()
    await page.get_by_text("Price", exact=True).click()
    await page.get_by_role("button", name="Mark as lost").click()
    await expect(page.locator("[aria-current=step]")).to_contain_text("Closed/Lost")
    await context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
async def test_nothing_stands_in_the_way_of_anybody(
    browser: Browser, stack: Stack, log_in: SignIn, scheme: Any, width: int
) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = await context.new_page()
    await page.goto(f"{stack.url}/login")
    assert await violations(page) == []
    await log_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    lead = await page.locator('[data-stage="qualified"] [data-lead-id] a').first.get_attribute("href")
    await page.goto(f"{stack.url}{lead}")
    customer = await page.get_by_role("link", name="Customer page").get_attribute("href")
    forms = (f"{lead}/won", f"{lead}/lost", f"{lead}/nurture", f"{lead}/activity", f"{customer}/contact")
    for path in (
        "/",
        "/calls",
        "/board",
        f"/board{lead}",
        "/leads",
        "/customers",
        lead,
        customer,
        *forms,
        "/nowhere",
    ):
        await page.goto(f"{stack.url}{path}")
        assert await violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await context.close()


async def violations(page: Page) -> list[str]:
    """Return what axe-core finds on the page at rest; all it finds in order stays in the browser, for that is much."""
    if not await page.evaluate("'axe' in window"):
        await page.context.add_init_script(path=AXE)  # compiled once for all later pages of this context
        await page.add_script_tag(path=AXE)
    return await page.evaluate(FIND, RULES)
