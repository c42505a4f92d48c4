"""An admin merges two records of one person, without a mouse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
from playwright.async_api import expect

from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def test_two_records_become_one_by_keyboard(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    tag = uuid4().hex[:8]
    phone = f"+31 {int(tag, 16):010}"
    kept, gone = [_capture(stack, f"{name}-{tag}@navy.example", phone) for name in ("grace", "hopper")]
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/customers/{kept}")
    await page.get_by_role("link", name="Merge Grace Hopper").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/admin/duplicates/**")
    await expect(page.get_by_role("heading", level=1)).to_have_text("One person, two records?")
    await page.get_by_role("radio", name=re.compile("^Right")).focus()
    await page.keyboard.press("Space")
    for _ in range(3):  # Not the same person, Keep the other one, Merge for good
        await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Merge for good")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{stack.url}/customers/{kept}")
    timeline = page.locator("#timeline")
    await expect(timeline.locator("[data-kind=customer_merged]")).to_have_count(2)
    await expect(timeline.locator("[data-kind=lead_captured]")).to_have_count(2)
    await expect(timeline.locator("[data-kind=lead_lost]")).to_contain_text("Duplicate")
    await page.goto(f"{stack.url}/customers/{gone}#composer")
    await expect(page).to_have_url(f"{stack.url}/customers/{kept}#composer")


def _capture(stack: Stack, email: str, phone: str) -> str:
    headers = {"Authorization": f"Bearer {stack.crm('token', 'cms')}"}
    form = {"name": "Grace Hopper", "email": email, "phone": phone}
    answer = httpx.post(f"{stack.url}/v1/leads/capture", json=form, headers=headers, timeout=PATIENCE)
    answer.raise_for_status()
    return answer.json()["customer_id"]
