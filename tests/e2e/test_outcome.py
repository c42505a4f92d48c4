"""The outcome this product exists for, in the browser: from a marketing form to an onboarding project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import expect

from tests.cast import CAST
from tests.e2e.test_board import open_page
from tests.wait import PATIENCE, until, until_true

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from playwright.async_api import Page

    from tests.e2e.stack import Stack

NAMES = {CAST.rita.id: "Rita Reyes", CAST.omar.id: "Omar Okafor"}
NOTES = "She wants to see the timeline with her whole team."


@pytest.fixture
def tag() -> str:
    """Tell this run's customer from those of the demo company."""
    return uuid4().hex[:8]


async def test_a_form_becomes_an_onboarding_project(
    page: Page, stack: Stack, sign_in: Callable[[Page, str], Awaitable[None]], tag: str
) -> None:
    name, email = f"Grace {tag}", f"grace-{tag}@navy.example"
    await _ask_for_a_demo(page, stack, name, email)
    lead = await until(lambda: _scored(stack, tag), "the captured lead is scored")
    await sign_in(page, NAMES[lead["assigned_to_id"]])
    await _open_from_board(page, stack, lead["id"])
    await _log_a_call(page)
    for stage in ("Qualified", "Proposal Sent", "Negotiation/Commitment"):
        await page.get_by_role("button", name=f"Move to {stage}").click()
        step = page.locator("#stepper [aria-current=step]")
        await expect(step).to_have_text(stage)
        await expect(step).to_be_focused()  # the page's script runs: the next button may need it
    await _win(page)
    project = await until(lambda: _project_of(stack, lead), "the Orchestrator starts a project", 20)
    assert (project["product"], project["amount"]) == ("Team plan", "12000.00")
    await _change_email_at_the_sso(page, stack, name, email)
    await page.goto(f"{stack.url}/customers/{lead['customer']['id']}")
    await _until_shown(page, f"new-{email}")


async def _ask_for_a_demo(page: Page, stack: Stack, name: str, email: str) -> None:
    await page.goto(f"{stack.sandbox_url}/cms")
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Work e-mail").fill(email)
    await page.get_by_label("Company").fill("Navy")
    await page.get_by_label("What would you like to see?").fill("We need a demo")
    await page.get_by_role("button", name="Request a demo").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Thank")


async def _open_from_board(page: Page, stack: Stack, lead_id: str) -> None:
    await page.goto(f"{stack.url}/board?q=grace")
    card = page.locator(f'[data-stage="lead"] [data-lead-id="{lead_id}"]')
    await open_page(page, card)


async def _log_a_call(page: Page) -> None:
    form = page.get_by_role("form", name="Log an activity")
    await form.get_by_text("Call", exact=True).click()
    await form.get_by_label("Notes").fill(NOTES)
    await form.get_by_role("button", name="Log activity").click()
    await expect(page.locator("#timeline [data-activity-id]").first).to_contain_text(NOTES)


async def _win(page: Page) -> None:
    await page.get_by_role("button", name="Mark as won").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Final amount").fill("12000")
    await dialog.get_by_label("Product or plan").fill("Team plan")
    await dialog.get_by_role("button", name="Mark as won").click()
    await expect(page.locator("#handoff")).to_contain_text("Sent")


async def _change_email_at_the_sso(page: Page, stack: Stack, name: str, email: str) -> None:
    await page.goto(f"{stack.sandbox_url}/sso/accounts")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail", exact=True).fill(email)
    await page.get_by_role("button", name="Register").click()
    await page.get_by_label(f"E-mail address of {name}", exact=True).fill(f"new-{email}")
    await page.get_by_role("button", name=f"Save the e-mail address of {name}").click()
    await expect(page.get_by_role("status")).to_contain_text("version")


async def _until_shown(page: Page, text: str) -> None:
    async def shown() -> bool:
        await page.reload()
        return await page.get_by_text(text).count() > 0

    await until(shown, f"the customer page shows {text}")


def _scored(stack: Stack, tag: str) -> dict[str, Any] | None:
    headers = {"Authorization": f"Bearer {_admin_token(stack)}"}
    answer = httpx.get(f"{stack.url}/v1/leads?q={tag}", headers=headers, timeout=PATIENCE)
    items = answer.json()["items"]
    return next((item for item in items if item["score"] is not None), None)


def _admin_token(stack: Stack) -> str:
    return until_true(lambda: stack.crm("token", "ada"), "the SSO gives a token")


def _project_of(stack: Stack, lead: dict[str, Any]) -> dict[str, Any] | None:
    answer = httpx.get(f"{stack.sandbox_url}/orchestrator/projects.json", timeout=PATIENCE)
    projects = answer.json()["projects"]
    mine = [project for project in projects if project["customer_id"] == lead["customer"]["id"]]
    assert len(mine) <= 1
    return mine[0] if mine else None
