"""What is far away on the board: a card under a pen, and the cards that a filtered column shows later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import card_in, stands_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

A_PAGE = 25
LEAST = 1000


async def test_a_pen_drags_a_card(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    await page.evaluate(
        "addEventListener('pointerdown', (event) => { window.lastPointer = event.pointerType; }, true)"
    )
    card = await card_in(page, "lead")
    box, target = await card.bounding_box(), await page.locator('[data-stage="qualified"]').bounding_box()
    assert box
    assert target
    tip = await page.context.new_cdp_session(page)

    async def pen(kind: str, x: float, y: float, buttons: int) -> None:
        about = {
            "type": kind,
            "x": x,
            "y": y,
            "button": "left",
            "buttons": buttons,
            "clickCount": 1,
            "force": 0.5,
        }
        await tip.send("Input.dispatchMouseEvent", {**about, "pointerType": "pen"})

    x, y = box["x"] + 40, box["y"] + 50
    await pen("mouseMoved", x, y, 0)
    await pen("mousePressed", x, y, 1)
    for step in range(1, 7):
        await pen("mouseMoved", x + step * (target["x"] + 60 - x) / 6, y + 10, 1)
    await expect(page.locator(".is-lifted")).to_have_count(1)
    await pen("mouseReleased", target["x"] + 60, y + 10, 0)
    assert await page.evaluate("window.lastPointer") == "pen"
    await stands_in(page, card, "qualified")


@pytest.mark.usefixtures("much_lost")
async def test_the_later_pages_of_a_column_keep_the_filter(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board?min={LEAST}")
    column = page.locator('[data-stage="closed_lost"]')
    cards = column.locator("[data-lead-id]")
    of_all = int(await column.locator("[data-count]").get_attribute("data-count") or 0)
    assert of_all > A_PAGE, "the sandbox must have more than one page of these"
    await expect(cards).to_have_count(A_PAGE)
    async with page.expect_response(lambda answer: "/board/closed_lost?" in answer.url) as later:
        await column.locator(".more").scroll_into_view_if_needed()
    assert f"min={LEAST}" in (await later.value).url
    await expect(cards).to_have_count(min(of_all, 2 * A_PAGE))
    ids = await cards.evaluate_all("cards => cards.map((card) => card.dataset.leadId)")
    assert len(set(ids)) == len(ids)
    values = await cards.locator("b").all_inner_texts()
    assert len(values) == len(ids)
    assert all(int(value.strip("€").replace(",", "")) >= LEAST for value in values)
