"""The customers are searched while one types; the address and the file say what is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from playwright.async_api import expect

from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page, Route

    from tests.e2e.stack import Stack


async def test_the_address_and_the_file_say_what_is_shown(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Sam Sato")
    await page.goto(f"{stack.url}/customers")
    name = await page.locator("#customers-found tbody tr:nth-child(5) a bdi").inner_text()
    asked: dict[str, Route] = {}

    async def hold(route: Route) -> None:
        asked[parse_qs(urlsplit(route.request.url).query)["q"][0]] = route

    await page.route(re.compile(r"/customers\?q="), hold)
    await page.keyboard.type(name)
    await until(lambda: asked.pop(name, None), "asked for the name")
    await page.keyboard.type("zzz")
    longer = await until(lambda: asked.get(name + "zzz"), "asked for the rest, without waiting")
    await expect(page).to_have_url(f"{stack.url}/customers")
    await longer.continue_()
    await expect(page.locator("#customers-found")).to_contain_text("Nobody matches")
    await expect(page).to_have_url(f"{stack.url}/customers?{urlencode({'q': name + 'zzz'}, quote_via=quote)}")
    for _ in "zzz":
        await page.keyboard.press("Backspace")
    await (await until(lambda: asked.get(name), "asked for the name again")).continue_()
    await expect(page.locator("#customers-found tbody a").first).to_contain_text(name)
    async with page.expect_download() as download:
        await page.get_by_role("button", name="CSV").click()
    assert parse_qs(urlsplit((await download.value).url).query) == {"q": [name]}
