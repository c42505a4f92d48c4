"""Support takes a call by keyboard: the customer found, the call logged, a ticket opened and resolved."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from playwright.async_api import expect

from tests.wait import until

CUSTOMER = re.compile("/customers/")
LINE = 22  # about the height of a line, in pixels
# Press keys one right after the other: for each, whether nothing took it.
ARE_LEFT = """(keys) => [...keys].map((key) => document.body.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })))"""

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page, Route

    from tests.e2e.stack import Stack


async def test_support_takes_a_call_without_a_mouse(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    tag = uuid4().hex[:8]
    await sign_in(page, "Sam Sato")
    await page.goto(f"{stack.url}/customers")
    name = await page.locator("#customers-found tbody tr:nth-child(3) a bdi").inner_text()
    await page.keyboard.type(name[2:])
    await expect(page.locator("#customers-found tbody a").first).to_contain_text(name[2:].strip())
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url(CUSTOMER)
    await expect(page.get_by_role("heading", level=1)).to_contain_text(name[2:].strip())
    await page.get_by_label("Notes").focus()
    await page.keyboard.type(f"**Angry** about {tag}")
    await page.keyboard.press("Control+Enter")
    entry = page.locator("#timeline [data-kind=call_logged]").first
    await expect(entry).to_contain_text(f"Angry about {tag}")
    await expect(entry.locator("strong", has_text="Angry")).to_be_visible()
    await page.locator("#new-ticket summary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Subject").focus()
    await page.keyboard.type(f"Cannot sign in {tag}")
    await page.get_by_label("I take it myself").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name=re.compile(tag))).to_be_visible()
    await _resolve_by_keys(page, stack, tag)


async def _resolve_by_keys(page: Page, stack: Stack, tag: str) -> None:
    await page.goto(f"{stack.url}/tickets?view=mine&q={tag}")
    await page.keyboard.press("j")
    await page.keyboard.press("r")
    row = page.locator("#desk tbody tr").first
    await expect(row).to_contain_text("Resolved")
    await expect(row.locator("a").first).to_be_focused()
    mine = int(await page.locator("#count-mine").inner_text())
    await page.keyboard.press("o")
    await expect(row).to_contain_text("Open")
    await expect(page.locator("#count-mine")).to_have_text(str(mine + 1))
    await expect(row.locator("a").first).to_be_focused()
    await page.evaluate("localStorage.setItem('keys-off', '1')")
    await page.keyboard.press("5")  # would leave this view
    await page.evaluate("localStorage.removeItem('keys-off')")
    await page.keyboard.press("r")
    await expect(row).to_contain_text("Resolved")
    await expect(page.locator("#count-mine")).to_have_text(str(mine))
    await expect(row.locator("a").first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#timeline")).to_contain_text("Status: Open → Resolved")


async def test_a_late_answer_leaves_the_focus_on_the_customer_it_was_on(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Sam Sato")
    await page.goto(f"{stack.url}/customers")
    third = page.locator("#customers-found tbody tr:nth-child(3) a")
    name, address = await third.locator("bdi").inner_text(), await third.get_attribute("href")
    asked: list[Route] = []

    async def hold(route: Route) -> None:
        asked.append(route)

    await page.route(re.compile(r"/customers\?q="), hold)
    await page.get_by_role("searchbox", name="Name, company").fill(name)
    await until(lambda: asked, f"asked for {name}")
    for _ in range(3):
        await page.keyboard.press("ArrowDown")
    await expect(third).to_be_focused()
    await asked[0].continue_()
    await expect(page).to_have_url(re.compile(r"\?q="))
    await expect(page.locator(f'#customers-found a[href="{address}"]')).to_be_focused()


async def test_a_number_heard_on_the_phone_is_corrected_in_place(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Sam Sato")
    await _open_customer(page, stack, 4)
    contact = page.get_by_role("region", name="Contact")
    await contact.get_by_role("button", name="Edit").focus()
    await page.keyboard.press("Enter")
    phone = page.get_by_role("dialog").get_by_label("Phone")
    await expect(phone).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("he will call")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_contain_text("not a phone number")
    await expect(phone).to_be_focused()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("+49 30 5550101")
    await page.keyboard.press("Enter")
    await expect(contact.get_by_role("link", name="+49 30 5550101")).to_be_visible()
    await expect(page.locator("#timeline [data-kind=contact_changed]").first).to_contain_text(
        "→ +49 30 5550101"
    )


async def test_what_was_typed_outlives_reload_and_session_until_it_is_saved(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    tag = uuid4().hex[:8]
    await sign_in(page, "Sam Sato")
    await _open_ticket(page, stack, tag)
    note = page.get_by_label("Note", exact=True)
    await note.fill(f"Called about {tag}")
    address = page.url
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url(re.compile("/login"))
    await sign_in(page, "Sam Sato")
    await page.goto(address)
    await expect(note).to_have_value(f"Called about {tag}")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".toast")).to_contain_text("is saved.")
    await expect(page.locator("#timeline")).to_contain_text(f"Called about {tag}")
    await page.reload()
    await expect(note).to_have_value("")


async def test_who_signs_in_next_is_not_shown_what_somebody_else_typed(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Sam Sato")
    await _open_customer(page, stack, 2)
    await page.get_by_label("Notes").fill("For nobody else")
    address = page.url
    await page.context.clear_cookies()
    await sign_in(page, "Ada Andersson")
    await page.goto(address)
    await expect(page.get_by_label("Notes")).to_have_value("")
    await page.context.clear_cookies()
    await sign_in(page, "Sam Sato")
    await page.goto(address)
    await expect(page.get_by_label("Notes")).to_have_value("For nobody else")


async def _open_customer(page: Page, stack: Stack, row: int) -> None:
    """Open a customer from the list, and wait until the page's script keeps drafts and opens dialogs."""
    await page.goto(f"{stack.url}/customers")
    await page.locator(f"#customers-found tbody tr:nth-child({row}) a").click()
    await page.wait_for_url(CUSTOMER)


async def _open_ticket(page: Page, stack: Stack, tag: str) -> None:
    """Open a ticket and its page; the form is loaded anew in between."""
    await _open_customer(page, stack, 2)
    await page.locator("#new-ticket summary").click()
    await page.get_by_label("What happens").fill(f"All doors of {tag}")
    await page.reload()
    await expect(page.get_by_label("What happens")).to_have_value(f"All doors of {tag}")
    await page.get_by_label("Subject").fill(f"Doors of {tag}")
    await page.get_by_role("button", name="Open ticket").click()
    await expect(page.locator(".toast")).to_contain_text("is open.")
    await page.reload()
    await expect(page.get_by_label("What happens")).to_have_value("")
    await page.get_by_role("link", name=re.compile(tag)).click()
    await page.wait_for_url(re.compile("/tickets/"))


async def test_a_subject_without_a_space_leaves_the_desk_usable(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    tag = uuid4().hex * 5
    await sign_in(page, "Sam Sato")
    await _open_ticket(page, stack, tag)
    ticket = page.url
    await page.locator(".page-head a").click()
    await page.wait_for_url(CUSTOMER)
    customer = page.url
    number = page.get_by_role("link", name=re.compile(tag)).get_by_text("#")
    box = await number.bounding_box()
    assert box
    assert box["height"] < 1.5 * LINE
    for width in (1440, 1024, 390):
        await page.set_viewport_size({"width": width, "height": 900})
        for address in (f"{stack.url}/tickets?q={tag[:32]}", ticket, customer):
            await page.goto(address)
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (address, width)
        await page.goto(f"{stack.url}/tickets?q={tag[:32]}")
        await expect(page.locator("[data-act=resolve]")).to_be_in_viewport(ratio=1)


async def test_support_is_shown_and_taken_to_pages_of_theirs_only(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Sam Sato")
    await page.goto(f"{stack.url}/customers")
    await page.get_by_role("heading", level=1).click()  # out of the search
    await page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    await expect(keys.get_by_role("heading")).to_be_in_viewport()
    await expect(keys).to_contain_text("Tickets: take, resolve, reopen")
    await expect(keys).not_to_contain_text("card")
    await page.keyboard.press("Escape")
    await expect(keys).to_be_hidden()
    assert await page.evaluate(ARE_LEFT, "gb") == [True, True]


async def test_an_open_desk_hears_of_a_ticket_that_somebody_else_opens(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    sam, ada, tag = await new_page(), await new_page(), uuid4().hex[:8]
    await sign_in(sam, "Sam Sato")
    await sign_in(ada, "Ada Andersson")
    async with sam.expect_request("**/tickets/live"):
        await sam.goto(f"{stack.url}/tickets?q={tag}")
    before = int(await sam.locator("#count-open").inner_text())
    await _open_ticket(ada, stack, tag)
    await sam.get_by_role("link", name="Something new").click(timeout=20_000)
    await expect(sam.locator("#desk tbody tr")).to_have_count(1)
    assert int(await sam.locator("#count-open").inner_text()) > before
    async with sam.expect_response(lambda answer: answer.url == sam.url):
        await sam.locator("[data-act=take]").click()
    await expect(sam.locator("#desk tbody tr")).to_contain_text("Sam Sato")
    await ada.reload()
    await expect(sam.locator("#desk-news")).to_be_empty()
    await ada.get_by_label("Status").select_option("Waiting for customer")
    await ada.get_by_role("button", name="Save").click()
    await expect(sam.get_by_role("link", name="Something new")).to_be_visible(timeout=20_000)
