"""The sandbox website hands every submission to the CRM once, however long that takes."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from litestar import Litestar, Request, Response, post

from tests.sandbox.neighbours import neighbours, serving
from tests.wait import until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from httpx import AsyncClient
    from redis.asyncio import Redis

    from app.core.settings import Settings

FORM = {
    "name": "Grace Hopper",
    "email": "grace@navy.example",
    "phone": "+1 202 555 0101",
    "company": "Navy",
    "job_title": "Rear Admiral",
    "country": "US",
    "team_size": "50-200",
    "message": "We need a demo",
    "consent": "yes",
    "utm_source": "google",
    "utm_medium": "cpc",
    "utm_name": "autumn",
    "page_url": "https://slyyfoxx.example/demo",
    "referrer": "",
}


class FakeCrm:
    """A CRM that answers captures with the statuses it is told to, then with 201."""

    def __init__(self) -> None:
        self.statuses: deque[int] = deque()
        self.seen: list[tuple[dict[str, str], dict[str, Any]]] = []

    def app(self) -> Litestar:
        @post("/v1/leads/capture")
        async def capture(request: Request) -> Response:
            self.seen.append((dict(request.headers), await request.json()))
            status = self.statuses.popleft() if self.statuses else 201
            return Response({"outcome": "created", "title": "Refused"}, status_code=status)

        return Litestar([capture], openapi_config=None)


@pytest.fixture
async def crm(config: Settings) -> AsyncGenerator[FakeCrm]:
    fake = FakeCrm()
    async with serving(fake.app(), port_of(config)):
        yield fake


def port_of(config: Settings) -> int:
    return urlsplit(config.public_url).port or 80


async def submit(sandbox: AsyncClient, **changed: str) -> None:
    answer = await sandbox.post("/cms", data=FORM | changed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/cms/thanks")


async def settled(sandbox: AsyncClient, text: str) -> str:
    async def page() -> str:
        shown = (await sandbox.get("/cms/submissions")).text
        return shown if text in shown else ""

    return await until(page, f"the submissions page says {text!r}")


async def test_the_form_keeps_where_the_visitor_came_from(sandbox: AsyncClient) -> None:
    params = {"utm_source": "google", "utm_campaign": "autumn"}
    page = await sandbox.get("/cms", params=params, headers={"Referer": "https://search.example/"})
    for field in ('name="utm_source" value="google"', 'name="utm_name" value="autumn"'):
        assert field in page.text
    assert 'name="referrer" value="https://search.example/"' in page.text


async def test_a_submission_becomes_a_capture(sandbox: AsyncClient, crm: FakeCrm) -> None:
    await submit(sandbox)
    await settled(sandbox, "201 Created: created")
    ((headers, body),) = crm.seen
    assert headers["authorization"].startswith("Bearer ")
    assert headers["idempotency-key"]
    assert body["campaign"] == {
        "source": "google",
        "medium": "cpc",
        "name": "autumn",
        "term": "",
        "content": "",
    }
    assert body["answers"] == {"team_size": "50-200"}
    assert body["consent"] == {"marketing": True, "text_version": "2026-01"}
    assert "referrer" not in body
    same = ("name", "email", "phone", "company", "job_title", "country", "message", "page_url")
    assert all(body[name] == FORM[name] for name in same)


async def test_the_visitor_is_thanked(sandbox: AsyncClient) -> None:
    assert "Thank you" in (await sandbox.get("/cms/thanks")).text


async def test_only_name_and_email_are_needed(sandbox: AsyncClient, crm: FakeCrm) -> None:
    await sandbox.post("/cms", data={"name": "Grace", "email": "grace@navy.example"})
    await settled(sandbox, "201 Created")
    assert set(crm.seen[0][1]) == {"name", "email", "source", "form_id", "consent", "submitted_at"}


async def test_a_form_without_them_comes_back_as_it_was(sandbox: AsyncClient) -> None:
    answer = await sandbox.post("/cms", data=FORM | {"name": " ", "email": "nowhere"})
    assert answer.status_code == 422
    assert "tell us your name" in answer.text
    assert 'value="Rear Admiral"' in answer.text


async def test_a_restart_while_the_crm_is_down_loses_nothing(config: Settings, redis: Redis) -> None:
    async with neighbours(config) as sandbox:
        await submit(sandbox)
        await settled(sandbox, "the CRM does not answer")
    crm = FakeCrm()
    async with neighbours(config) as sandbox, serving(crm.app(), port_of(config)):
        await settled(sandbox, "201 Created")
    assert len(crm.seen) == 1


@pytest.mark.parametrize("status", [401, 409, 429, 500, 503])
async def test_a_passing_trouble_is_tried_again_with_the_same_key(
    sandbox: AsyncClient, crm: FakeCrm, status: int
) -> None:
    crm.statuses.append(status)
    await submit(sandbox)
    await settled(sandbox, "201 Created")
    first, second = crm.seen
    assert first[0]["idempotency-key"] == second[0]["idempotency-key"]
    assert first[1] == second[1]


async def test_a_refusal_is_shown_to_the_editors_and_holds_nobody_up(
    sandbox: AsyncClient, crm: FakeCrm
) -> None:
    crm.statuses.append(422)
    await submit(sandbox)
    await submit(sandbox, name="Ada Lovelace", email="ada@analytical.example")
    page = await settled(sandbox, "201 Created")
    assert "422 Unprocessable" in page
    assert "Ada Lovelace" in page
