"""/docs shows the API and tries it out under our policy, without asking another host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.e2e.stack import Stack


async def test_the_api_is_shown_and_tried_out_offline(stack: Stack, page: Page) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda asked: elsewhere.append(asked.url) if not _ours(asked.url, stack) else None)
    await page.goto(f"{stack.url}/docs")
    await page.get_by_role("button", name="Authorize").click()
    token = stack.crm("token", "ada")
    await page.locator(".modal-ux input").first.fill(token)
    await page.locator(".modal-ux button.authorize").first.click()
    await page.locator(".modal-ux .btn-done").first.click()
    operation = page.locator("#operations-customers-listCustomers")
    await operation.locator(".opblock-summary-control").click()
    await operation.get_by_role("button", name="Try it out").click()
    await operation.get_by_role("button", name="Execute").click()
    await expect(operation.locator(".live-responses-table tbody .response-col_status").first).to_contain_text(
        "200"
    )
    assert elsewhere == []


def _ours(url: str, stack: Stack) -> bool:
    return url.startswith((stack.url, "data:", "blob:"))
