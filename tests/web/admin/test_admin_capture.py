"""The capture log's pages."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from app.services import import_leads
from app.services.erasure import erase_by_operator
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
    assert unquote(answers[0].cookies["said"]) == "Approved and taken in."
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1
    assert f'{held}/approve"' not in (await client.get(f"{LOG}/{held}")).text


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
    again = await client.get(f"{page}/check")
    assert (again.status_code, again.headers["location"]) == (303, page)
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
    assert re.search("^3,[^,]+,'-1,nobody,'=1\\+1", refused.text, re.MULTILINE)
    assert await owner.fetchval("SELECT count(*) FROM lead") == 1


async def test_a_refused_line_comes_back_as_it_was(signed_in: SignIn, owner: asyncpg.Connection) -> None:
    client = await signed_in("ada")
    table = 'Name,E-Mail,Tel,Note\nGrace Hopper,nobody,+49 30 123456,"Hi;=HYPERLINK(""x"")\n- soon"\n'
    mapping = {"column-0": "name", "column-1": "email", "column-2": "phone", "column-3": "answer"}
    sent = await client.post("/admin/imports", files={"file": ("leads.csv", table.encode(), "text/csv")})
    page = sent.headers["location"]
    await client.post(f"{page}/check", data=mapping)
    assert not await import_leads.advance()
    await client.post(f"{page}/run")
    assert not await import_leads.advance()
    refused = (await client.get(f"{page}/refused.csv")).text
    assert "Hi;'=HYPERLINK" in refused
    mended = refused.replace("nobody", "grace@navy.example").encode()
    sent = await client.post("/admin/imports", files={"file": ("refused.csv", mended, "text/csv")})
    page = sent.headers["location"]
    moved = {f"column-{place}": field for place, field in enumerate(["", "", *mapping.values()])}
    await client.post(f"{page}/check", data=moved)
    assert not await import_leads.advance()
    await client.post(f"{page}/run")
    assert not await import_leads.advance()
    taken = await owner.fetchrow("SELECT phone, answers FROM customer JOIN lead ON customer_id = customer.id")
    assert taken["phone"] == "+49 30 123456"
    assert json.loads(taken["answers"]) == {"Note": 'Hi;=HYPERLINK("x")\n- soon'}


async def test_a_line_with_too_many_cells_is_shown_whole_and_refused_until_it_is_mended(
    signed_in: SignIn,
) -> None:
    client = await signed_in("ada")
    table = b"Name,E-Mail\nGrace, Hopper,grace@navy.example\n"
    for name in ("leads.csv", "refused.csv"):
        sent = await client.post("/admin/imports", files={"file": (name, table, "text/csv")})
        page = sent.headers["location"]
        shift = 2 * (name == "refused.csv")
        await client.post(f"{page}/check", data={f"column-{shift}": "name", f"column-{shift + 1}": "email"})
        assert not await import_leads.advance()
        shown = (await client.get(page)).text
        assert "line has more cells than the header has columns" in shown
        table = (await client.get(f"{page}/refused.csv")).content
        assert b",Grace, Hopper,grace@navy.example" in table


async def test_what_was_taken_in_is_listed_by_name_until_the_person_is_erased(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    client = await signed_in("ada")
    table = (
        "Name,E-Mail,Wert\nGrace <b>Hopper</b>,grace@navy.example,5\nAda Lovelace,ada@engine.example,12.500\n"
    )
    sent = await client.post("/admin/imports", files={"file": ("leads.csv", table.encode(), "text/csv")})
    page = sent.headers["location"]
    assert '<option value="value" selected>Expected value</option>' in (await client.get(page)).text
    mapping = {"column-0": "name", "column-1": "email", "column-2": "value"}
    await client.post(f"{page}/check", data=mapping)
    assert not await import_leads.advance()
    assert "value is no clear amount. This can be read in two ways" in (await client.get(page)).text
    await client.post(f"{page}/run")
    assert not await import_leads.advance()
    lead = await owner.fetchrow("SELECT id, customer_id FROM lead")
    link = f'<a class="plain-link" href="/leads/{lead["id"]}"><bdi>'
    assert f"{link}Grace &lt;b&gt;Hopper&lt;/b&gt;</bdi></a>" in (await client.get(page)).text
    await erase_by_operator(lead["customer_id"])
    erased = (await client.get(page)).text
    assert f"{link}Erased</bdi></a>" in erased
    assert "Hopper" not in erased


async def test_a_file_that_is_no_table_is_explained(signed_in: SignIn) -> None:
    client = await signed_in("ada")
    for files in (
        {"file": ("x.csv", b"", "text/csv")},
        {"file": ("x.csv", b"," * 100_000 + b"\n1", "text/csv")},
    ):
        answer = await client.post("/admin/imports", files=files)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


async def test_a_table_brought_by_mistake_is_discarded_until_it_is_taken_in(
    signed_in: SignIn, owner: asyncpg.Connection
) -> None:
    client = await signed_in("ada")
    table = b"Name,E-Mail\nGrace Hopper,grace@navy.example\n"
    pages: list[str] = []
    for _ in range(2):
        sent = await client.post("/admin/imports", files={"file": ("leads.csv", table, "text/csv")})
        pages.append(sent.headers["location"])
        await client.post(f"{pages[-1]}/check", data={"column-0": "name", "column-1": "email"})
        assert (await client.post(f"{pages[-1]}/discard")).status_code == 409, "a worker looks at it"
        assert not await import_leads.advance()
    mistaken, meant = pages
    assert "The table goes for good" in (await client.get(mistaken)).text
    gone = await client.post(f"{mistaken}/discard")
    assert (gone.status_code, gone.headers["location"]) == (303, "/admin/imports")
    assert (await client.get(mistaken)).status_code == 404
    assert mistaken not in (await client.get("/admin/imports")).text
    assert await owner.fetchval("SELECT count(*) FROM lead_import_row") == 1
    await client.post(f"{meant}/run")
    assert not await import_leads.advance()
    assert "The table goes for good" not in (await client.get(meant)).text
    assert (await client.post(f"{meant}/discard")).status_code == 409
    assert await owner.fetchval("SELECT count(*) FROM lead_import_row") == 1
