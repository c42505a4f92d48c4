"""The capture log's pages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.services import import_leads
from app.services.lead_capture import capture_lead
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    SignIn = Callable[[str], Awaitable[AsyncClient]]

LOG = "/admin/captures"


async def test_the_log_shows_held_and_accepted_ones_and_leads_to_the_lead(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    body = json.dumps({"name": "Grace <b>Hopper</b>", "email": "grace@navy.example"}).encode()
    taken = await capture_lead("slyyfoxx-cms", body, None)
    await make.capture(owner, name="Spam Sender")
    client = await signed_in("ada")
    shown = (await client.get(LOG)).text
    assert f"/leads/{taken.value.lead_id}" in shown
    assert "Grace &lt;b&gt;Hopper" in shown
    assert "1 submission held" in shown
    held = (await client.get(f"{LOG}?outcome=held")).text
    assert "Spam Sender" in held
    assert "Hopper" not in held
    assert "No submission matches" in (await client.get(f"{LOG}?q=nobody&outcome=nonsense")).text


async def test_a_held_submission_is_approved_once(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    held = await make.capture(owner)
    client = await signed_in("ada")
    page = (await client.get(f"{LOG}/{held}")).text
    assert "has 9 links" in page
    answers = [await client.post(f"{LOG}/{held}/approve") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 409]
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1
    assert "Approve" not in (await client.get(f"{LOG}/{held}")).text


async def test_a_discarded_submission_stays_in_the_log(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    held = await make.capture(owner)
    client = await signed_in("ada")
    assert (await client.post(f"{LOG}/{held}/discard")).status_code == 303
    page = (await client.get(f"{LOG}/{held}")).text
    assert "Discarded" in page
    assert "Ada Andersson" in page
    assert await owner.fetchval("SELECT count(*) FROM lead") == 0


async def test_a_table_goes_from_upload_to_leads(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    client = await signed_in("ada")
    table = 'Name,E-Mail,Note\nGrace Hopper,grace@navy.example,"=HYPERLINK(""x"")"\n-1,nobody,=1+1\n'
    sent = await client.post("/admin/imports", files={"file": ("leads.csv", table.encode(), "text/csv")})
    assert sent.status_code == 303, sent.text
    page = sent.headers["location"]
    assert "Which column is what" in (await client.get(page)).text
    wrong = await client.post(f"{page}/check", data={"column-0": "name"})
    assert wrong.status_code == 422
    assert "needs a column for E-mail" in wrong.text
    mapping = {"column-0": "name", "column-1": "email", "column-2": "message"}
    assert (await client.post(f"{page}/check", data=mapping)).status_code == 303
    assert not await import_leads.advance()
    assert "Take them in" in (await client.get(page)).text
    assert (await client.post(f"{page}/run")).status_code == 303
    partial = await client.get(page, headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert "every 1s" in partial.text
    assert not await import_leads.advance()
    done = (await client.get(f"{page}?outcome=refused")).text
    assert "is not an e-mail address" in done
    refused = await client.get(f"{page}/refused.csv")
    assert refused.headers["content-type"].startswith("text/csv")
    assert "3,'-1,nobody,'=1+1," in refused.text
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1


async def test_a_file_that_is_no_table_is_explained(signed_in: SignIn) -> None:
    client = await signed_in("ada")
    for files in (
        {"file": ("x.csv", b"", "text/csv")},
        {"file": ("x.csv", b"," * 100_000 + b"\n1", "text/csv")},
    ):
        answer = await client.post("/admin/imports", files=files)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
