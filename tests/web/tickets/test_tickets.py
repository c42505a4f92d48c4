"""The page of a ticket: what one person changes there never undoes what another did."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from app.core import clock
from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client
    from httpx import Response

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[Client]]


@pytest.fixture
async def ticket(owner: asyncpg.Connection) -> UUID:
    """A ticket due in five days."""
    due_at = clock.now() + timedelta(days=5)
    return await make.ticket(owner, await make.customer(owner), priority="low", due_at=due_at)


async def shown(client: Client, ticket: UUID) -> dict[str, str]:
    """Return what the form on the ticket's page would send as it is."""
    return fields((await client.get(f"/tickets/{ticket}")).text)


def fields(html: str) -> dict[str, str]:
    form = html[html.index('aria-label="Change this ticket"') :].partition("</form>")[0]
    inputs = re.findall(r'<input [^>]*name="(\w+)"[^>]*value="([^"]*)"', form)
    inputs += re.findall(r'<textarea [^>]*name="(\w+)"[^>]*>([^<]*)</textarea>', form)
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', form):
        inputs.append((name, "".join(re.findall(r'value="([^"]*)" selected', options))))
    return {name: unescape(value) for name, value in inputs}


async def save(client: Client, ticket: UUID, form: dict[str, str], **changed: str) -> Response:
    return await client.post(f"/tickets/{ticket}", data=form | changed)


def said(answer: Response) -> str:
    return unquote(answer.cookies.get("said", ""))


async def test_who_saves_an_old_form_again_undoes_nothing(
    owner: asyncpg.Connection, ticket: UUID, signed_in: SignIn
) -> None:
    sam, ada = await signed_in("sam"), await signed_in("ada")
    old = await shown(sam, ticket)
    await save(ada, ticket, await shown(ada, ticket), priority="high", subject="Door is locked")
    refused = await save(sam, ticket, old, status="pending", note="They will call back")
    assert refused.status_code == 409
    assert "in the meantime: Subject, Priority" in refused.text
    again = fields(refused.text)
    assert (again["priority"], again["status"], again["note"]) == ("high", "pending", "They will call back")
    assert (await save(sam, ticket, again)).status_code == 303
    row = await owner.fetchrow("SELECT status, priority, subject FROM ticket")
    assert tuple(row) == ("pending", "high", "Door is locked")


async def test_what_both_changed_stands_beside_the_field(ticket: UUID, signed_in: SignIn) -> None:
    sam, ada = await signed_in("sam"), await signed_in("ada")
    old = await shown(sam, ticket)
    await save(ada, ticket, await shown(ada, ticket), status="pending")
    refused = await save(sam, ticket, old, status="resolved")
    assert "By now it is “Waiting for customer”: saving replaces that" in refused.text
    assert fields(refused.text)["status"] == "resolved"
    assert (await save(sam, ticket, fields(refused.text))).status_code == 303
    assert (await shown(sam, ticket))["status"] == "resolved"


async def test_a_refused_note_does_not_make_an_old_form_a_new_one(ticket: UUID, signed_in: SignIn) -> None:
    sam, ada = await signed_in("sam"), await signed_in("ada")
    old = await shown(sam, ticket)
    await save(ada, ticket, await shown(ada, ticket), priority="high")
    wrong = await save(sam, ticket, old, subject=" ")
    assert wrong.status_code == 422
    assert (await save(sam, ticket, fields(wrong.text), subject="Locked out")).status_code == 409


async def test_subject_and_due_time_are_changed_in_the_readers_time(
    owner: asyncpg.Connection, ticket: UUID, signed_in: SignIn
) -> None:
    sam = await signed_in("sam")
    sam.cookies.set("zone", "Pacific/Kiritimati")
    day = (clock.now() + timedelta(days=30)).date()
    form = await shown(sam, ticket)
    answer = await save(sam, ticket, form, subject="Locked out", due_at=f"{day}T09:30", priority="urgent")
    assert said(answer) == "Ticket #1 is saved."
    row = await owner.fetchrow("SELECT subject, due_at FROM ticket")
    assert (row["subject"], row["due_at"].isoformat()) == (
        "Locked out", f"{day - timedelta(days=1)}T19:30:00+00:00",
    )  # fmt: skip
    assert said(await save(sam, ticket, await shown(sam, ticket))) == "Nothing was changed."
    form = await shown(sam, ticket)
    assert (await save(sam, ticket, form, due_at="soon")).status_code == 422
    assert (await save(sam, ticket, form, due_at="0001-01-01T00:00")).status_code == 422
    assert (await save(sam, ticket, form, due_at="")).status_code == 303
    assert await owner.fetchval("SELECT due_at FROM ticket") is None


async def test_a_new_priority_brings_the_due_time_forward_and_never_back(
    owner: asyncpg.Connection, ticket: UUID, signed_in: SignIn
) -> None:
    sam = await signed_in("sam")
    await save(sam, ticket, await shown(sam, ticket), priority="urgent")
    hastened = await owner.fetchval("SELECT due_at FROM ticket")
    assert hastened is not None
    assert timedelta(hours=3) < hastened - clock.now() <= timedelta(hours=4)
    await save(sam, ticket, await shown(sam, ticket), priority="low")
    assert await owner.fetchval("SELECT due_at FROM ticket") == hastened


async def test_the_history_says_who_has_it_until_when_in_the_words_of_the_pages(
    ticket: UUID, cast: Cast, signed_in: SignIn
) -> None:
    sam = await signed_in("sam")
    sam.cookies.set("zone", "Pacific/Kiritimati")
    changed = {"assignee_id": cast.ada.id, "status": "pending", "due_at": "2027-03-01T09:30"}
    await save(sam, ticket, await shown(sam, ticket), **changed)
    history = (await sam.get(f"/tickets/{ticket}")).text.partition('class="timeline"')[2]
    assert f"Status: Open → Waiting for customer · Assignee: {cast.ada.name}" in history
    assert re.search("Due: .* → Mon 1 Mar 2027, 09:30<", history)
    await save(sam, ticket, await shown(sam, ticket), assignee_id="")
    history = (await sam.get(f"/tickets/{ticket}")).text.partition('class="timeline"')[2]
    assert "Assignee: nobody any more" in history


async def test_opening_a_ticket_and_correcting_an_entry_say_so(
    owner: asyncpg.Connection, cast: Cast, signed_in: SignIn
) -> None:
    customer = await make.customer(owner)
    entry = await make.activity(owner, customer, cast.sam)
    sam = await signed_in("sam")
    opened = await sam.post(f"/customers/{customer}/tickets", data={"subject": "Locked out"})
    assert said(opened) == "Ticket #1 is open."
    corrected = await sam.post(f"/customers/{customer}/entries/{entry}/correct", data={"notes": "At noon"})
    assert said(corrected) == "The correction is written."
