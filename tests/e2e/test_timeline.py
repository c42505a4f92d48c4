"""One customer in two browsers: what the other writes comes as a pill, and what one types stays."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from playwright.async_api import expect

from tests.e2e.test_board import card_in, violations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

LONG_AGO = "2026-01-05T10:00"
# Where the focus is in the very next moment after something was put on the timeline.
FOCUSED_NEXT = """() => new Promise((resolve) => {
    const next = new MessageChannel();
    next.port1.onmessage = () => resolve(document.activeElement.id);
    const watch = new MutationObserver(() => next.port2.postMessage(""));
    watch.observe(document.getElementById("timeline"), { childList: true });
})"""


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


async def correct_phone(page: Page, number: str) -> None:
    """Correct the customer's number, and wait until the page shows it."""
    contact = page.get_by_role("region", name="Contact")
    await contact.get_by_role("button", name="Edit").click()
    await page.get_by_role("dialog").get_by_label("Phone").fill(number)
    await page.keyboard.press("Enter")
    await expect(contact.get_by_role("link", name=number)).to_be_visible()


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
    await expect(rita.locator("#news")).to_have_text("2 new entries")
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
    await correct_phone(rita, "+49 30 5550102")
    await sam.locator("#news a").click()
    await expect(
        sam.get_by_role("region", name="Contact").get_by_role("link", name="5550102")
    ).to_be_visible()
    await expect(sam.locator("#last-contact")).to_have_text("just now")
    await expect(sam.locator("#timeline .entry").first).to_be_focused()


async def test_what_a_colleague_logs_late_comes_under_its_own_day(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn
) -> None:
    rita, sam, tag = await new_page(), await new_page(), uuid4().hex[:8]
    customer = await open_lead(rita, stack, sign_in)
    await log(rita, f"Now {tag}")
    await rita.reload()
    await rita.get_by_label("Notes").fill("Half a sentence")
    await sign_in(sam, "Sam Sato")
    await sam.goto(customer)
    await sam.get_by_text("When, how long").click()
    await sam.get_by_label("When", exact=True).fill(LONG_AGO)
    await log(sam, f"Late {tag}")
    await expect(sam.locator("#timeline .day.is-new")).to_have_text("Just logged")
    async with rita.expect_event("load"):  # what belongs further down is not put on top
        await rita.locator("#news a").click()
    await expect(rita.locator("#news")).to_be_empty()
    await expect(rita.locator("#timeline .entry").first).to_contain_text(f"Now {tag}")
    await expect(rita.locator("#timeline .day.is-new")).to_have_count(0)
    await expect(rita.get_by_label("Notes")).to_have_value("Half a sentence")
    assert len(set(days := await rita.locator("#timeline .day").all_inner_texts())) == len(days)


@pytest.mark.parametrize("refused_first", [False, True])
async def test_a_colleagues_move_is_known_to_the_form_one_is_filling_in(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: SignIn, *, refused_first: bool
) -> None:
    rita, ada, tag = await new_page(), await new_page(), uuid4().hex[:8]
    await open_lead(rita, stack, sign_in)
    await rita.get_by_label("Notes").fill(f"Agreed {tag}")
    await rita.get_by_label("Move the lead to").select_option(label="Negotiation/Commitment")
    await sign_in(ada, "Ada Andersson")
    await ada.goto(rita.url)
    await ada.get_by_role("button", name="Move to Proposal Sent").click()
    await expect(rita.locator("#news a")).to_be_visible()
    if refused_first:
        await rita.get_by_role("button", name="Log activity").click()
        await expect(rita.locator("#composer [role=alert]")).to_contain_text(
            "Ada Andersson changed this lead"
        )
    await rita.locator("#news a").click()
    await expect(rita.locator("#lead-crumb")).to_have_text("Proposal Sent")
    await expect(rita.get_by_label("Notes")).to_have_value(f"Agreed {tag}")
    await expect(rita.get_by_label("Move the lead to")).to_have_value("negotiation")
    await expect(rita.get_by_label("Move the lead to").locator("option")).not_to_contain_text(
        ["Proposal Sent"]
    )
    await rita.get_by_role("button", name="Log activity").click()
    await expect(rita.locator("#lead-crumb")).to_have_text("Negotiation/Commitment")
    await expect(rita.locator("#timeline")).to_contain_text(f"Agreed {tag}")


async def test_a_refused_activity_puts_the_cursor_where_it_is_wrong(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await open_lead(page, stack, sign_in)
    await page.get_by_label("Notes").fill("Agreed")
    await page.get_by_text("When, how long").click()
    await page.get_by_label("Minutes").fill("abc")
    await page.get_by_role("button", name="Log activity").click()
    await expect(page.get_by_label("Minutes")).to_be_focused()
    await expect(page.get_by_label("Notes")).to_have_value("Agreed")
    await page.get_by_label("Minutes").fill("")
    await page.get_by_label("What to do next").fill("Ring them")
    await page.get_by_role("button", name="Log activity").click()
    await expect(page.get_by_label("What to do next")).to_be_focused()
    await page.get_by_label("Tomorrow").evaluate(
        "choice => { choice.value = 'never'; choice.checked = true; }"
    )
    await page.get_by_role("button", name="Log activity").click()
    await expect(page.get_by_role("group", name="Next follow-up").get_by_role("radio").first).to_be_focused()


async def test_the_form_is_ready_again_as_soon_as_its_entry_is_there(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await open_lead(page, stack, sign_in)
    await page.get_by_label("Notes").fill("Agreed")
    logging = page.get_by_role("button", name="Log activity").click()
    focused, _ = await asyncio.gather(page.evaluate(FOCUSED_NEXT), logging)
    assert focused == "notes"


async def test_a_pasted_text_is_counted_and_never_cut(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await open_lead(page, stack, sign_in)
    notes, count = page.get_by_label("Notes"), page.locator("#composer .count")
    await notes.fill("x" * 8_999)
    await expect(count).to_be_empty()
    await notes.fill("x" * 10_001)
    await expect(count).to_have_text("10,001 of at most 10,000 characters")
    await page.get_by_role("button", name="Log activity").click()
    await expect(notes).to_have_value("x" * 10_001)
    assert await notes.evaluate("field => field.validationMessage.includes('please shorten')")
    await notes.fill("🙂" * 10_000)
    assert await notes.evaluate("field => field.checkValidity()")


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


async def test_a_link_between_entries_stays_on_a_page_that_shows_both(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    customer, tag = await open_lead(page, stack, sign_in), uuid4().hex[:8]
    await log(page, f"Wrong {tag}")
    lead = page.url
    await page.goto(customer)
    entry = page.locator("#timeline .entry", has_text=f"Wrong {tag}")
    linked = await entry.locator(".permalink").get_attribute("href")
    await entry.get_by_role("link", name="Correct", exact=True).click()
    await expect(page.get_by_label("What is right")).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type(f"Right {tag}")
    await page.get_by_role("button", name="Write the correction").click()
    await page.goto(lead)
    await page.get_by_role("link", name="Corrects entry").first.click()
    await page.wait_for_url(f"{lead}#e-*")
    await expect(page.locator("#timeline .entry:target")).to_contain_text(f"Wrong {tag}")
    await page.goto(f"{stack.url}{linked}")
    await expect(page.locator("#timeline .entry:target")).to_contain_text(f"Wrong {tag}")
