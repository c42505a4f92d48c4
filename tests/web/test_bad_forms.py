"""Forms that no page of ours sends: a clear 4xx, never a 500, and nothing half done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import make

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import asyncpg
    from httpx import AsyncClient

    from tests.cast import Cast

    SignIn = Callable[[str], Awaitable[AsyncClient]]

MULTIPART = {"Content-Type": "multipart/form-data; boundary=b"}
REASSIGN = "/admin/reassign"


def part(disposition: str, content_type: str = "", content: str = "v+2AA-") -> bytes:
    """Return a form of one part."""
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    head = f"--b\r\nContent-Disposition: form-data; {disposition}\r\n{kind}\r\n"
    return f"{head}{content}\r\n--b--\r\n".encode()


@pytest.mark.parametrize("charset", ["nope", "hex", "utf-7", "utf-16", "latin-1", "punycode", "IDNA"])
async def test_text_in_another_encoding_is_refused_before_it_is_decoded(
    signed_in: SignIn, charset: str
) -> None:
    ada = await signed_in("ada")
    for path in (REASSIGN, "/admin/imports"):
        body = part('name="why"', f"text/plain; charset={charset}")
        answer = await ada.post(path, content=body, headers=MULTIPART)
        assert (answer.status_code, "The form has text that is not UTF-8" in answer.text) == (400, True), path


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8"])
async def test_text_that_says_it_is_utf_8_is_read(signed_in: SignIn, charset: str) -> None:
    body = part('name="receiver"', f"text/plain; charset={charset}")
    answer = await (await signed_in("ada")).post(REASSIGN, content=body, headers=MULTIPART)
    assert answer.status_code == 422


async def test_an_encoding_of_a_file_is_its_own_affair(signed_in: SignIn) -> None:
    body = part(
        'name="file"; filename="a.csv"', "text/csv; charset=latin-1", "name,email\nGrace,g@navy.example"
    )
    answer = await (await signed_in("ada")).post("/admin/imports", content=body, headers=MULTIPART)
    assert answer.status_code == 303


@pytest.mark.parametrize("cut", [b"--b", b"--b\r\nContent-Disposition: form-data; name=", b"", b"hello"])
async def test_a_form_cut_short_is_refused(signed_in: SignIn, cut: bytes) -> None:
    answer = await (await signed_in("ada")).post(REASSIGN, content=cut, headers=MULTIPART)
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("name", ["receiver", "why", "leads", "id", "anything"])
async def test_a_file_where_text_is_expected_is_refused(signed_in: SignIn, name: str) -> None:
    ada = await signed_in("ada")
    body = part(f'name="{name}"; filename="a.txt"', "text/plain")
    refused = await ada.post(REASSIGN, content=body, headers=MULTIPART)
    assert refused.status_code == 422
    assert "must be text, not a file" in refused.text


async def test_an_id_in_other_digits_leads_to_its_record(
    signed_in: SignIn, owner: asyncpg.Connection, cast: Cast
) -> None:
    lead = await make.lead(owner, cast.rita)
    customer = await owner.fetchval("SELECT customer_id FROM lead")
    wide = str(lead).translate({ord("0") + n: ord("\N{FULLWIDTH DIGIT ZERO}") + n for n in range(10)})
    form = {"activity_type": "Call", "notes": "Rang", "lead_id": wide, "version": "1"}
    rita = await signed_in("rita")
    answer = await rita.post(f"/customers/{customer}/activities", data=form)
    assert (answer.status_code, answer.headers["location"].partition("#")[0]) == (303, f"/leads/{lead}")
