"""In step with the SSO, in the browser: who is deactivated is out, and their leads go to others and back."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import httpx
from playwright.async_api import expect

from tests.cast import CAST
from tests.wait import PATIENCE, until_true

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack

SOON = 5.0  # seconds, as promised


async def test_who_is_deactivated_is_out_within_five_seconds(
    new_page: Callable[[], Awaitable[Page]], stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    omar, ada = await new_page(), await new_page()
    await sign_in(omar, "Omar Okafor")
    await sign_in(ada, "Ada Andersson")
    session = {"Cookie": f"__Host-sid={await _cookie(omar)}"}
    token = {"Authorization": f"Bearer {stack.crm('token', 'omar')}"}
    assert _status(f"{stack.url}/v1/leads", token) == 200
    try:
        _set_active(stack, active=False)
        began = time.monotonic()
        until_true(lambda: _status(f"{stack.url}/board", session) == 303, "the session is over", SOON)
        left = SOON - (time.monotonic() - began) + 1
        until_true(lambda: _status(f"{stack.url}/v1/leads", token) == 403, "the token is nothing", left)
        await ada.goto(f"{stack.url}/admin/staff")
        await expect(ada.get_by_text(re.compile("Omar Okafor is deactivated and still has"))).to_be_visible()
    finally:
        _set_active(stack, active=True)
    until_true(lambda: _status(f"{stack.url}/v1/leads", token) == 200, "he is back")


async def test_leads_go_to_somebody_else_and_back_while_one_watches(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/admin/reassign?owner={CAST.omar.id}&receiver={CAST.rita.id}&why=On+leave")
    await page.get_by_role("button", name=re.compile(r"Reassign \d+ lead")).click()
    await expect(page.get_by_role("heading", name=re.compile("^Done"))).to_be_visible()
    await page.get_by_role("button", name="Take it back").click()
    await expect(page.get_by_role("heading", name=re.compile("^Taken back"))).to_be_visible()
    await expect(page.get_by_text("given back")).to_be_visible()


def _set_active(stack: Stack, *, active: bool) -> None:
    url = f"{stack.sandbox_url}/sso/users/{CAST.omar.id}"
    assert httpx.patch(url, json={"active": active}, timeout=PATIENCE).is_success


def _status(url: str, headers: dict[str, str]) -> int:
    return httpx.get(url, headers=headers).status_code


async def _cookie(page: Page) -> str:
    found = {cookie.get("name"): cookie.get("value", "") for cookie in await page.context.cookies()}
    return found["__Host-sid"]
