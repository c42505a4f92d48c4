"""Two browsers on one pipeline, and the board's tools by keys."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from playwright.async_api import expect

from tests.e2e.test_board import card_in, violations
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Locator, Page, Route

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

CHANGED = "(id) => document.dispatchEvent(new CustomEvent('board:changed', { detail: { id } }))"
AWAY_AND_BACK = """() => {
    for (const way of ["pagehide", "pageshow"])
        dispatchEvent(new PageTransitionEvent(way, { persisted: true }));
}"""


async def open_board(page: Page, stack: Stack, sign_in: SignIn, name: str) -> Page:
    await sign_in(page, name)
    async with page.expect_request("**/live?*"):
        await page.goto(f"{stack.url}/board")
    return page


def on_board(page: Page, stage: str, lead: str | None) -> Locator:
    return page.locator(f'[data-stage="{stage}"] [data-lead-id="{lead}"]:not(.is-lifted)')


async def test_two_browsers_see_each_others_moves_and_a_lost_line_heals(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    rita = await open_board(await new_page(), stack, sign_in, "Rita Reyes")
    ada = await open_board(await new_page(), stack, sign_in, "Ada Andersson")
    card = await card_in(rita, "lead")
    lead = await card.get_attribute("data-lead-id")
    await card.get_by_role("link").focus()
    await rita.keyboard.press("]")
    await expect(on_board(ada, "qualified", lead)).to_have_count(1)
    await expect(rita.locator("#live")).to_contain_text("moved to Qualified")
    await ada.context.set_offline(True)
    await rita.keyboard.press("]")
    await expect(rita.locator("#live")).to_contain_text("Proposal Sent")
    await ada.context.set_offline(False)
    await expect(on_board(ada, "proposal_sent", lead)).to_have_count(1)


async def test_what_a_board_fetches_by_itself_keeps_no_session_alive(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    rita = await open_board(await new_page(), stack, sign_in, "Rita Reyes")
    lead = await (await card_in(rita, "lead")).get_attribute("data-lead-id")
    async with rita.expect_request("**/board/cards?*") as asked:
        await rita.evaluate(CHANGED, lead)
    assert (await asked.value).headers["x-unattended"] == "1"


async def test_what_is_heard_while_a_card_is_on_its_way_is_asked_for_again(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    rita = await open_board(await new_page(), stack, sign_in, "Rita Reyes")
    ada = await open_board(await new_page(), stack, sign_in, "Ada Andersson")
    card = await card_in(rita, "lead")
    lead = await card.get_attribute("data-lead-id")
    asked, moved = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        if str(lead) not in route.request.url or moved.is_set():
            return await route.continue_()
        answer = await route.fetch()
        asked.set()
        await moved.wait()
        return await route.fulfill(response=answer)

    await ada.route("**/board/cards?*", hold)
    await ada.evaluate(CHANGED, lead)
    await until(asked.is_set, "the board asks for the card")
    await card.get_by_role("link").focus()
    await rita.keyboard.press("]")
    await expect(rita.locator("#live")).to_contain_text("moved to Qualified")
    await ada.evaluate(CHANGED, lead)
    moved.set()
    await expect(on_board(ada, "qualified", lead)).to_have_count(1)


async def test_a_board_that_comes_back_as_it_was_left_looks_what_it_missed(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await open_board(page, stack, sign_in, "Ada Andersson")
    # No headless browser keeps pages whole; these events are all that a page hears of it.
    async with page.expect_request("**/board?"):
        await page.evaluate(AWAY_AND_BACK)


async def test_a_lead_given_to_somebody_else_leaves_the_board(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    rita = await open_board(await new_page(), stack, sign_in, "Rita Reyes")
    ada = await open_board(await new_page(), stack, sign_in, "Ada Andersson")
    lead = await (await card_in(rita, "lead")).get_attribute("data-lead-id")
    await ada.goto(f"{stack.url}/leads/{lead}/assign")
    await ada.get_by_label("Owner").select_option(label="Omar Okafor")
    await ada.get_by_role("button", name="Give the lead").click()
    await expect(rita.locator(f'[data-lead-id="{lead}"]')).to_have_count(0)


async def test_deal_plan_and_many_at_once_by_keys(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await open_board(page, stack, sign_in, "Rita Reyes")
    card = await card_in(page, "qualified")
    await card.get_by_role("link").focus()
    await page.keyboard.press("e")
    await page.get_by_label("Expected value").fill("4321")
    await page.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("€4,321")
    await expect(card.get_by_role("link")).to_be_focused()
    await page.keyboard.press("f")
    await page.get_by_label("What to do").fill("Ring again")
    await page.get_by_role("button", name="Plan it").click()
    await expect(card).to_contain_text("Ring again")
    await expect(card.get_by_role("link")).to_be_focused()
    await page.keyboard.press("x")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("x")
    await page.get_by_role("button", name="Change them…").click()
    dialog = page.locator("#dialog")
    await dialog.get_by_text("Plan a follow-up").click()
    await dialog.get_by_text("Next week").click()
    await dialog.get_by_role("button", name="Change them").click()
    await expect(dialog).to_contain_text("2 of 2 leads changed")


async def test_the_palette_and_the_search_find_people(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await open_board(page, stack, sign_in, "Rita Reyes")
    card = await card_in(page, "negotiation")
    name = await card.get_by_role("link").inner_text()
    await page.keyboard.press("Control+k")
    await page.keyboard.type(name)
    await expect(page.locator("#palette-hits [aria-selected=true]")).to_contain_text(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await page.wait_for_load_state()  # keys are for who has the scripts
    await page.keyboard.press("/")
    await page.keyboard.insert_text(name[:-1])
    await expect(page.locator("#found a").first).to_contain_text(name)
    await page.keyboard.press("ArrowDown")
    await expect(page.locator("#found a").first).to_be_focused()


async def test_enter_in_the_palette_waits_for_whom_it_means(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await open_board(page, stack, sign_in, "Rita Reyes")
    name = await (await card_in(page, "negotiation")).get_by_role("link").inner_text()
    await page.keyboard.press("Control+k")
    await page.keyboard.type(name)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)
    await page.wait_for_load_state()
    await page.keyboard.press("Control+k")
    await page.keyboard.type("new leadx")
    await expect(page.locator("#palette-hits")).to_contain_text("Nobody found")
    await page.keyboard.press("Backspace")
    await expect(page.locator("#palette-list [aria-selected=true]")).to_have_text("New lead")
    await expect(page.locator("#palette-hits")).to_be_empty()


async def test_what_is_typed_before_the_page_is_ready_is_found(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await open_board(page, stack, sign_in, "Rita Reyes")
    name = await (await card_in(page, "negotiation")).get_by_role("link").inner_text()
    await page.add_init_script("""
        const later = window.setTimeout, held = [];
        window.setTimeout = (task, delay, ...rest) => (delay ? later(task, delay, ...rest) : held.push(task));
        window.makeReady = () => { window.setTimeout = later; held.forEach((task) => task()); };
    """)
    await page.goto(f"{stack.url}/tickets")
    await page.keyboard.press("/")
    await page.keyboard.type(name)
    await page.evaluate("makeReady()")
    await expect(page.locator("#found a").first).to_contain_text(name)


async def test_nothing_in_a_dialog_stands_in_anybodys_way(
    browser: Browser, stack: Stack, sign_in: SignIn
) -> None:
    for scheme in ("light", "dark"):
        context = await browser.new_context(color_scheme=scheme, bypass_csp=True)  # type: ignore[arg-type]
        page = await context.new_page()
        await sign_in(page, "Ada Andersson")
        assert await violations(page) == []
        await page.goto(f"{stack.url}/board?score=warm&nonsense=1")
        assert await violations(page) == []
        # The whole board has tests of its own; behind each dialog few cards say the same in less time.
        await page.goto(f"{stack.url}/board")
        name = await (await card_in(page, "negotiation")).get_by_role("link").inner_text()
        await page.goto(f"{stack.url}/board?{urlencode({'q': name})}")
        card = await card_in(page, "negotiation")
        for key in ("5", "6", "a", "e", "f", "m", "?", "n", "Control+k"):
            await card.get_by_role("link").focus()
            await page.keyboard.press(key)
            await expect(page.locator("dialog[open], .popover:popover-open")).to_have_count(1)
            assert await violations(page) == [], f"{key} in {scheme}"
            await page.keyboard.press("Escape")
            await expect(page.locator("dialog[open], .popover:popover-open, .is-saving")).to_have_count(0)
        await context.close()
