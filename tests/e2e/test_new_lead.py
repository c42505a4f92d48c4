"""Adding a lead: what people paste is understood, and what goes wrong is told where they look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

# A real paste would need the clipboard, which all pages of a machine share.
PASTE = """(field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


async def test_what_went_wrong_in_a_dialog_is_said_in_it(
    browser: Browser, stack: Stack, log_in: SignIn
) -> None:
    context = await browser.new_context()  # its console says what the network did
    page = await context.new_page()
    await log_in(page, "Omar Okafor")
    await page.goto(stack.url)
    await page.get_by_role("button", name="New lead").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Grace Hopper")
    await dialog.get_by_label("E-mail").fill("grace@navy.example")
    await context.set_offline(True)
    await dialog.get_by_role("button", name="Add lead").click()
    await expect(dialog.get_by_role("alert")).to_have_text(
        "The CRM cannot be reached. Your text is still here."
    )
    await context.close()


@pytest.mark.parametrize(
    ("text", "name"),
    [('"Grace Hopper" <grace@navy.example>', "Grace Hopper"), ("mailto:grace@navy.example?subject=Hi", "")],
)
async def test_an_address_out_of_a_mail_is_pasted_as_it_is_meant(
    page: Page, stack: Stack, sign_in: SignIn, text: str, name: str
) -> None:
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/leads/new")
    await page.get_by_label("E-mail").evaluate(PASTE, text)
    await expect(page.get_by_label("E-mail")).to_have_value("grace@navy.example")
    await expect(page.get_by_label("Name")).to_have_value(name)


async def test_a_name_without_a_space_stays_within_a_phones_width(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/leads/new")
    await page.get_by_label("Name").fill("Wolfeschlegelsteinhausenbergerdorff" * 2)
    await page.get_by_label("E-mail").fill("wolfe@long.example")
    await page.get_by_label("Company").fill("x" * 80)
    await page.get_by_role("button", name="Add lead").click()
    await expect(page.locator("h1")).to_contain_text("Wolfe")
    customer = await page.get_by_role("link", name="Customer page").get_attribute("href")
    for path in (page.url, f"{stack.url}{customer}"):
        await page.goto(path)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await page.goto(f"{stack.url}/customers?q=wolfe")
    row = page.locator("#customers-found tbody tr")
    assert await row.evaluate("row => row.scrollWidth <= row.clientWidth")
