"""Somebody asks what is held about them: found, downloaded and noted, by the keyboard alone."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def test_an_admin_downloads_what_is_held_about_somebody(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/customers")
    link = page.locator("#customers-found tbody a").first
    name, path = await link.inner_text(), str(await link.get_attribute("href"))
    await page.goto(f"{stack.url}/admin/erasures")
    await page.get_by_label("E-mail or name").fill(name.splitlines()[-1])
    await page.keyboard.press("Enter")
    await page.locator(f'a[href="{path}/privacy"]').press("Enter")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="Download the file").press("Enter")
    download = await downloading.value
    assert re.fullmatch(r"person-[0-9a-f-]{36}\.json", download.suggested_filename)
    saved = await asyncio.to_thread(Path(await download.path()).read_bytes)
    file = json.loads(saved)
    assert f"/customers/{file['customer']}" == path
    await page.goto(f"{stack.url}{path}")
    await expect(page.locator("#timeline")).to_contain_text("Data exported")
