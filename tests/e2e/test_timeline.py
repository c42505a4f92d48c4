"""One customer in two browsers: what the other writes comes as a pill, and what one types stays."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from playwright.async_api import expect

from tests.e2e.test_board import card_in, violations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


async def open_lead(page: Page, stack: Stack, sign_in: SignIn) -> str:
    """Open a qualified lead of rita's and return the address of its customer."""
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    card = await card_in(page, "qualified")
    lead = await card.get_attribute("data-lead-id")
    async with page.expect_request("**/live?*"):
        await page.goto(f"{stack.url}/leads/{lead}")
    return f"{stack.url}{await page.get_by_role('link', name='Customer page').get_attribute('href')}"


async def log(page: Page, notes: str) -> None:
    """Log a call by keys, and wait until it stands there."""
    await page.get_by_label("Notes").focus()
    await page.keyboard.type(notes)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#timeline")).to_contain_text(notes)


async def test_what_a_colleague_writes_waits_in_a_pill_while_one_types(
    browser: Browser, page: Page, stack: Stack, sign_in: SignIn
) -> None:
    checked = await browser.new_context(bypass_csp=True)  # the checks of axe are a script of their own
    rita, sam, tag = await checked.new_page(), page, uuid4().hex[:8]
    customer = await open_lead(rita, stack, sign_in)
    await sign_in(sam, "Sam Sato")
    async with sam.expect_request("**/live?*"):
        await sam.goto(customer)
    await rita.get_by_label("Notes").fill("Half a sentence")
    await log(sam, f"First {tag}")
    await expect(rita.locator("#news")).to_have_text("1 new entry")
    await rita.context.set_offline(True)
    await log(sam, f"Second {tag}")
    await rita.context.set_offline(False)
    await expect(rita.locator("#news")).to_have_text("2 new entries", timeout=20_000)
    assert await violations(rita) == []
    await rita.locator("#news a").focus()
    await rita.keyboard.press("Enter")
    await expect(rita.locator("#timeline .entry").first).to_be_focused()
    await expect(rita.locator("#timeline .entry.is-new")).to_contain_text([f"Second {tag}", f"First {tag}"])
    await expect(rita.get_by_label("Notes")).to_have_value("Half a sentence")
    await expect(rita.locator("#news")).to_be_empty()
    await expect(sam.locator("#news")).to_be_empty()
    await checked.close()


async def test_what_stands_beside_a_timeline_follows_its_entries(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    rita, sam, tag = await new_page(), await new_page(), uuid4().hex[:8]
    customer = await open_lead(rita, stack, sign_in)
    await sign_in(sam, "Sam Sato")
    async with sam.expect_request("**/live?*"):
        await sam.goto(customer)
    await sam.get_by_label("Tomorrow").check()
    await sam.get_by_label("What to do next").fill(f"Ring them {tag}")
    await log(sam, f"First {tag}")
    await expect(sam.locator("#now")).to_contain_text(f"Ring them {tag}")
    await expect(sam.locator("#last-contact")).to_have_text("just now")
    for page in (rita, sam):
        await page.evaluate(
            "document.querySelectorAll('#facts time, #last-contact time').forEach((each) => each.remove())"
        )
    await rita.locator("#news a").click()
    await expect(rita.locator("#facts")).to_contain_text(f"Ring them {tag}")
    await expect(rita.locator("#facts dt:has-text('Last contact') + dd")).to_have_text("just now")
    await rita.get_by_role("button", name="Change", exact=True).first.click()
    await expect(rita.get_by_role("dialog").get_by_label("What to do")).to_have_value(f"Ring them {tag}")
    await rita.keyboard.press("Escape")
    await log(rita, f"Second {tag}")
    await sam.locator("#news a").click()
    await expect(sam.locator("#last-contact")).to_have_text("just now")
    await expect(sam.locator("#timeline .entry").first).to_be_focused()


async def test_a_draft_keeps_every_field_until_it_is_logged_with_the_next_stage(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    customer = await open_lead(page, stack, sign_in)
    notes, move_to = page.get_by_label("Notes"), page.get_by_label("Move the lead to")
    await page.get_by_label("Meeting").check()
    await page.get_by_label("No show").check()
    await notes.fill("Nobody came")
    await page.get_by_label("Tomorrow").check()
    await page.get_by_label("What to do next").fill("Ring them")
    await move_to.select_option(label="Negotiation/Commitment")
    await page.get_by_text("When, how long").click()
    await page.get_by_label("Minutes").fill("15")
    await page.goto(customer)
    for label in ("Meeting", "No show", "Tomorrow"):
        await expect(page.get_by_label(label)).to_be_checked()
    await expect(page.get_by_label("What to do next")).to_have_value("Ring them")
    await expect(page.get_by_label("Minutes")).to_have_value("15")
    await notes.press("Control+Enter")
    entries = page.locator("#timeline .entry.is-new")
    await expect(entries).to_contain_text(["Stage changed", "Nobody came"])
    await expect(move_to.get_by_role("option", name="Negotiation/Commitment")).to_have_count(0)
    await page.reload()
    await expect(notes).to_have_value("")
    await expect(page.get_by_label("Call", exact=True)).to_be_checked()


async def test_the_filter_is_filled_when_it_is_opened(page: Page, stack: Stack, sign_in: SignIn) -> None:
    customer = await open_lead(page, stack, sign_in)
    await page.goto(customer)
    await log(page, "Somebody wrote this")
    await page.goto(f"{customer}?kind=tickets")
    await page.get_by_text("Person, dates").press("Enter")
    writer = page.get_by_label("Written by")
    await expect(writer.get_by_role("option", name="Rita Reyes")).to_have_count(1)
    await writer.select_option(label="Rita Reyes")
    await writer.press("Enter")
    await page.get_by_role("button", name="Show", exact=True).press("Enter")
    await page.wait_for_url("**/customers/*?*by=*")
    await expect(page.get_by_label("Written by").locator("option:checked")).to_have_text("Rita Reyes")
