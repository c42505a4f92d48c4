"""The board on a slow line: whoever goes on before an answer came is neither called back nor robbed of anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.e2e.test_board import card_in, open_page, stands_in
from tests.wait import until

if TYPE_CHECKING:
    from playwright.async_api import Page, Route

BREAKS_OFF = """() => {
    const whole = window.fetch;
    window.fetch = async (path, ...rest) => {
        const answer = await whole(path, ...rest);
        if (!path.startsWith("/board/cards")) return answer;
        window.fetch = whole;
        answer.text = () => Promise.reject(new TypeError("network error"));
        document.body.dataset.broken = "yes";
        return answer;
    };
}"""
CHANGED = "(id) => document.dispatchEvent(new CustomEvent('board:changed', { detail: { id } }))"


class Line:
    """A slow line: answers to what is asked of these addresses wait until they may come."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._open = asyncio.Event()

    async def hold(self, page: Page, addresses: str) -> None:
        """Hold what is asked from now on."""
        await page.route(addresses, self._wait)

    def let_go(self) -> None:
        """Let all answers come, in any order."""
        self._open.set()

    async def _wait(self, route: Route) -> None:
        self.asked.append(route.request.url)
        answer = await route.fetch()
        headers, body = answer.headers, await answer.body()  # its test may be over when it comes
        await self._open.wait()
        await route.fulfill(status=answer.status, headers=headers, body=body)


async def test_the_focus_stays_where_one_went_on_to(board: Page) -> None:
    line = Line()
    card = await card_in(board, "lead")
    await line.hold(board, "**/stage*")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await board.keyboard.press("ArrowDown")
    other = board.locator('[data-stage="qualified"] .card').nth(1).get_by_role("link")
    await expect(other).to_be_focused()
    line.let_go()
    await expect(board.locator("#live")).to_contain_text("moved to Qualified")
    await expect(other).to_be_focused()
    await stands_in(board, card, "qualified")


async def test_a_menu_opened_before_the_answer_still_moves_its_card(board: Page) -> None:
    line = Line()
    card = await card_in(board, "lead")
    await line.hold(board, "**/stage*")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await board.keyboard.press("m")
    line.let_go()
    await expect(board.locator("#live")).to_contain_text("moved to Qualified")
    await board.get_by_role("button", name="Proposal Sent").click()
    await stands_in(board, card, "proposal_sent")


async def test_a_form_asked_for_twice_comes_once(board: Page) -> None:
    line = Line()
    card = await card_in(board, "qualified")
    await line.hold(board, "**/deal?*")
    await card.get_by_role("link").focus()
    await board.keyboard.press("e")
    await board.keyboard.press("e")
    await until(lambda: line.asked, "the form is asked for")
    line.let_go()
    await board.get_by_label("Expected value").fill("7654")
    await board.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("€7,654")
    assert len(line.asked) == 1


async def test_a_late_look_at_a_card_does_not_take_back_its_move(board: Page) -> None:
    line = Line()
    card = await card_in(board, "lead")
    head = board.locator('[data-stage="qualified"] .count')
    before = int(await head.inner_text())
    await line.hold(board, "**/board/cards?*")
    await board.evaluate(CHANGED, await card.get_attribute("data-lead-id"))
    await until(lambda: line.asked, "the board looks at the card")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    await expect(board.locator("#live")).to_contain_text("moved to Qualified")
    await card.get_by_role("link").blur()
    line.let_go()
    await until(lambda: len(line.asked) > 1, "the board looks again")
    await expect(board.locator('[data-stage="qualified"]').locator(card)).to_have_count(1)
    await expect(head).to_have_text(str(before + 1))


async def test_an_answer_that_breaks_off_is_not_the_last(board: Page) -> None:
    card = await card_in(board, "lead")
    await board.evaluate(BREAKS_OFF)
    async with board.expect_response("**/board/cards?*"):
        await board.evaluate(CHANGED, await card.get_attribute("data-lead-id"))
    await expect(board.locator("body")).to_have_attribute("data-broken", "yes")
    async with board.expect_response("**/board/cards?*"):
        pass


async def test_who_was_found_before_does_not_come_after_all(board: Page) -> None:
    line = Line()
    await line.hold(board, "**/search?*")
    await board.keyboard.press("Control+k")
    await board.keyboard.insert_text("an")
    await until(lambda: line.asked, "the palette asks")
    async with board.expect_event("requestfailed"):
        await board.keyboard.press("Backspace")
    line.let_go()


async def test_who_went_on_to_somebody_found_is_not_left_nowhere(board: Page) -> None:
    line = Line()
    found = board.locator("#found a").first
    await board.keyboard.press("/")
    await board.keyboard.insert_text("an")
    await expect(found).to_be_visible()
    await line.hold(board, "**/search?*")
    await board.keyboard.insert_text("n")
    await board.keyboard.press("ArrowDown")
    await expect(found).to_be_focused()
    await until(lambda: line.asked, "the search asks again")
    line.let_go()
    await expect(board.get_by_label("Search people")).to_be_focused()


async def test_a_form_that_is_on_its_way_shows_it(board: Page) -> None:
    line = Line()
    await open_page(board, await card_in(board, "lead"))
    log = board.locator("#composer").get_by_role("button", name="Log activity")
    await board.get_by_label("Notes").fill("A slow line")
    await line.hold(board, "**/activities")
    await log.click()
    await expect(log).to_have_css("opacity", "0.6")
    line.let_go()
    await expect(board.locator(".toast")).to_contain_text("Logged")
    await expect(log).to_have_css("opacity", "1")


async def test_a_message_in_the_way_goes_when_it_is_pressed(board: Page) -> None:
    card = await card_in(board, "lead")
    await card.get_by_role("link").focus()
    await board.keyboard.press("]")
    said = board.locator(".toast")
    await said.click(position={"x": 5, "y": 5})
    await expect(said).to_have_count(0)
    await stands_in(board, card, "qualified")
