"""What an admin does that cannot be undone is asked about first, and said afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from playwright.async_api import expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def test_revoking_a_client_and_signing_somebody_out_ask_first(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    name = f"Shop {uuid4().hex[:6]}"
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/admin/clients")
    await page.get_by_label("Id").fill(name)
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_label("Id")).to_be_focused()
    await page.get_by_label("Id").fill(name.lower().replace(" ", "-"))
    await page.get_by_role("button", name="Make it").click()
    row = page.get_by_role("row").filter(has_text=name)
    await row.locator("summary").click()
    await expect(row).to_contain_text("For good")
    await page.keyboard.press("Escape")
    await expect(row.get_by_text("For good")).to_be_hidden()
    await row.locator("summary").press("Enter")
    await row.get_by_role("button", name="Revoke").click()
    await expect(page.locator(".toast")).to_have_text("The client is revoked.")
    await expect(row).to_contain_text("Revoked")

    await page.goto(f"{stack.url}/admin/staff")
    herself = page.get_by_role("row").filter(has_text="Ada Andersson")
    await herself.locator("summary").click()
    await expect(page).to_have_url(f"{stack.url}/admin/staff")
    await herself.get_by_role("button", name="Sign out").click()
    await expect(page).to_have_url(f"{stack.url}/login?next=%2Fadmin%2Fstaff")


async def test_the_audit_is_asked_about_somebody_and_taken_along(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]]
) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/admin")
    await page.get_by_role("link", name="Audit").click()
    await page.get_by_label("Done by or to").select_option("Ada Andersson")
    await page.get_by_label("From").fill("2026-01-01")
    await page.get_by_role("button", name="Show").click()
    await page.get_by_role("navigation", name="Kinds").get_by_role("link", name="Sign-ins").click()
    newest = page.get_by_role("region", name="Audit").get_by_role("row").nth(1)
    await expect(newest).to_contain_text("Signed in")
    await expect(newest).to_contain_text("Ada Andersson")
    async with page.expect_download() as saved:
        await page.get_by_role("link", name="CSV").click()
    assert "kind=sign_in" in page.url
    assert (await saved.value).suggested_filename == "audit.csv"
    await page.get_by_role("link", name="Exports").click()
    await expect(newest).to_contain_text("Audit downloaded (CSV)")
