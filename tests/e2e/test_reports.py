"""The reports in a browser: by keys alone, and for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from app.core import clock
from app.domain.report import REPORTS
from tests.e2e.test_board import violations

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Browser, Page

    from tests.e2e.stack import Stack

    SignIn = Callable[[Page, str], Awaitable[None]]


async def test_reports_are_reached_and_narrowed_by_keys(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    await page.keyboard.press("g")
    await page.keyboard.press("r")
    await page.wait_for_url("**/reports/funnel")
    tabs = page.get_by_role("navigation", name="Reports")
    await tabs.get_by_role("link", name="Funnel").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reports/velocity")
    await expect(tabs.get_by_role("link", name="Velocity")).to_have_attribute("aria-current", "page")
    await page.get_by_label("From", exact=True).focus()
    await page.keyboard.type("01012026")
    await page.get_by_label("to", exact=True).focus()
    await page.keyboard.type("03312026")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reports/velocity?from=2026-01-01&to=2026-03-31")
    await tabs.get_by_role("link", name="Lost reasons").press("Enter")
    await page.wait_for_url("**/reports/lost?from=2026-01-01&to=2026-03-31")
    await page.get_by_role("navigation", name="Range").get_by_role("link", name="90 days").press("Enter")
    await page.wait_for_url("**/reports/lost")


async def test_the_palette_leads_to_the_reports(page: Page, stack: Stack, sign_in: SignIn) -> None:
    await sign_in(page, "Rita Reyes")
    await page.goto(f"{stack.url}/board")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("reports")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reports/funnel")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("lost")
    found = page.locator("#palette [role=option]:visible")
    await expect(found.nth(0)).to_have_text("Leads: Lost")
    await expect(found.nth(1)).to_have_text("Report: Lost reasons")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/reports/lost")


async def test_an_admin_narrows_to_a_rep_and_takes_the_table_along(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await sign_in(page, "Ada Andersson")
    last = clock.now().date()
    first = last - timedelta(days=300)
    await page.goto(f"{stack.url}/reports/lost?from={first}&to={last}")
    everybodys = await page.locator("#table tfoot td").first.inner_text()
    await page.get_by_role("button", name="Owner: Every owner").click()
    await page.get_by_role("link", name=re.compile("Rita Reyes")).click()
    await page.wait_for_url(re.compile(rf"/reports/lost\?from={first}&owner=[^&]+&to={last}$"))
    await expect(page.get_by_role("button", name="Owner: Rita Reyes")).to_be_visible()
    ritas = await page.locator("#table tfoot td").first.inner_text()
    assert 0 < int(ritas) < int(everybodys)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download CSV").click()
    assert (await download.value).suggested_filename == f"lost-{first}-to-{last}.csv"


async def test_from_a_band_of_lifetime_value_an_admin_searches_among_its_customers(
    page: Page, stack: Stack, sign_in: SignIn
) -> None:
    await sign_in(page, "Ada Andersson")
    await page.goto(f"{stack.url}/reports/clv")
    await page.get_by_role("row", name="Nothing yet").get_by_role("link").click()
    await page.wait_for_url("**/customers?clv=none")
    await page.get_by_role("searchbox", name="Name, company").fill("nobody is called so")
    await expect(page.get_by_text("Nobody matches")).to_be_visible()
    await expect(page).to_have_url(re.compile(r"/customers\?clv=none&q=nobody%20is%20called%20so$"))
    await page.get_by_role("searchbox", name="Name, company").fill("")
    await expect(page).to_have_url(re.compile(r"/customers\?clv=none$"))
    await page.get_by_role("link", name="Show all customers").click()
    await page.wait_for_url("**/customers")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
async def test_no_report_stands_in_anybodys_way(
    browser: Browser, stack: Stack, log_in: SignIn, scheme: Any, width: int
) -> None:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = await context.new_page()
    await log_in(page, "Ada Andersson")
    wrong = "from=tomorrow&to=2026-01-01"
    paths = [f"/reports/{name}" for name in REPORTS]
    paths += [
        "/",
        "/customers?clv=5k-20k",
        "/reports/owners",
        "/reports/sources?by=campaign",
        f"/reports/lost?{wrong}",
    ]
    paths += ["/reports/velocity?from=2001-01-01&to=2001-01-02"]
    for path in paths:
        await page.goto(f"{stack.url}{path}")
        assert await violations(page) == [], path
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await context.close()
