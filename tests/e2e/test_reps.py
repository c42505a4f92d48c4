"""Choosing a colleague among many in a form: by keys, and without any script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.test_board import card_in, violations

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]

MANY = """
    INSERT INTO staff (id, name, email, rep_id, accepts_leads, created_at, updated_at)
    SELECT 'many-' || n, 'Maximilian Zimmermann ' || n, n || '@slyyfoxx.example', 'R-2' || n, false, now(), now()
    FROM generate_series(1, 25) AS n"""


@pytest_asyncio.fixture(loop_scope="session")
async def many(stack: Stack) -> AsyncGenerator[None]:
    """Twenty-five more reps, who get no leads."""
    owner = await asyncpg.connect(stack.settings()["CRM_OWNER_DATABASE_URL"])
    await owner.execute(MANY)
    yield
    await owner.execute("DELETE FROM staff WHERE id LIKE 'many-%'")
    await owner.close()


@pytest.mark.usefixtures("many")
async def test_a_colleague_is_found_and_chosen_by_keys(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Ada Andersson")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    await page.goto(f"{stack.url}/board")
    await page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name *").fill("Grace Hopper")
    await dialog.get_by_label("E-mail *").fill(f"{uuid4().hex}@navy.example")
    owner = dialog.get_by_role("group", name="Owner")
    await expect(owner.get_by_label("Nobody yet")).to_be_checked()
    await owner.get_by_role("searchbox").focus()
    await page.keyboard.type("okafor")
    await expect(owner.get_by_role("status")).to_have_text("1 colleague")
    await expect(owner.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(owner.get_by_role("radio")).not_to_be_checked()
    await page.keyboard.press("ArrowDown")
    await expect(owner.get_by_label("Omar Okafor")).to_be_focused()
    await expect(owner.get_by_label("Omar Okafor")).to_be_checked()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/leads/*")
    await expect(page.locator("#facts")).to_contain_text("Omar Okafor")
    assert sent == [f"{stack.url}/leads/new"]


@pytest.mark.usefixtures("many")
async def test_a_colleague_is_chosen_without_script(browser: Browser, stack: Stack, sign_in: SignIn) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    lead = await (await card_in(page, "lead")).get_attribute("data-lead-id")
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/leads/{lead}/assign")
    await expect(page.get_by_label("Rita Reyes")).to_be_checked()
    await page.get_by_role("searchbox", name="Name or e-mail of a colleague").fill("okafor")
    await page.keyboard.press("Enter")
    await page.get_by_label("Omar Okafor").check()
    await page.get_by_role("button", name="Give the lead").click()
    await expect(page.locator("#facts")).to_contain_text("Omar Okafor")
    await context.close()


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
async def test_nothing_stands_in_the_way_of_finding(
    browser: Browser, stack: Stack, sign_in: SignIn, scheme: Any, width: int
) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = await context.new_page()
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/board")
    await page.keyboard.press("n")
    await page.get_by_role("searchbox", name="Name or e-mail of a colleague").fill("zimm")
    await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("The first 20")
    await expect(page.get_by_label("Nobody yet")).to_have_count(0)
    assert await violations(page) == []
    await page.goto(f"{stack.url}/leads/new")
    assert await violations(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()
