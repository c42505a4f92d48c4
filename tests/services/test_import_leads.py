"""Importing leads: any usual file, tried without a trace, taken in as captures are, resumed where it stopped."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.core.errors import Forbidden, Invalid, Malformed
from app.domain.lead_import import NotNow, guess_mapping, read_sheet
from app.services import housekeeping, import_leads
from app.services.lead_capture import capture_lead
from tests import make

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

TABLE = """Name;E-Mail;Firma;Budget
Grace Hopper;grace@navy.example;Navy;10k
"Ada
Lovelace";ADA@engine.example;"Analytical; Engines";
Grace again;GRACE@navy.example;;
;nobody;;
=HYPERLINK("x");formula@x.example;;
"""
BY = ("name", "email", "company", "answer")


def test_files_of_every_usual_kind_are_read() -> None:
    for raw in (
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.replace("\n", "\r\n").encode(),
    ):
        sheet = read_sheet(raw)
        assert sheet.columns == ("Name", "E-Mail", "Firma", "Budget")
        assert len(sheet.lines) == 5
        assert sheet.lines[1][0].split() == ["Ada", "Lovelace"]
    assert (
        read_sheet("Name,E-Mail\nJürgen Müller,j@x.example\n".encode("cp1252")).lines[0][0] == "Jürgen Müller"
    )
    assert read_sheet(b"a,b,c\n1\n1,2,3,4\n").lines == [["1", "", ""], ["1", "2", "3"]]
    assert read_sheet(b"name,,email\n\x00,2,3\n").columns == ("name", "Column 2", "email")


@pytest.mark.parametrize(
    "raw", [b"", b"name,email\n", b"," * 1_000_000 + b"\n1\n", b'a,b\n"' + b"x" * 200_000, b"\xff\xfe"]
)
def test_what_is_no_table_of_leads_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        read_sheet(raw)


def test_columns_are_guessed_once_each() -> None:
    columns = ("Full Name", "E-mail address", "Work email", "utm_source", "Shoe size")
    assert guess_mapping(columns) == ("name", "email", "", "campaign_source", "")


async def tried(cast: Cast, table: str = TABLE) -> UUID:
    import_id = await import_leads.upload(cast.ada, "leads.csv", table.encode())
    await import_leads.start_check(cast.ada, import_id, BY)
    assert not await import_leads.advance()
    return import_id


@pytest.mark.usefixtures("pool")
async def test_a_try_foretells_every_line_and_changes_no_lead(owner: asyncpg.Connection, cast: Cast) -> None:
    found, rows = await import_leads.read_import(cast.ada, await tried(cast))
    assert (found.status, found.total, found.done) == ("checked", 5, 5)
    assert found.forecast == {"created": 3, "merged": 1, "refused": 1}
    assert [row.line for row in rows] == [2, 3, 4, 5, 6]
    assert {problem.pointer for problem in rows[3].problems} == {"#/name", "#/email"}
    assert await owner.fetchval("SELECT (SELECT count(*) FROM lead) + (SELECT count(*) FROM customer)") == 0


@pytest.mark.usefixtures("pool")
async def test_an_import_does_what_was_foretold_and_is_traceable(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    body = json.dumps({"name": "Ada Lovelace", "email": "ada@engine.example"}).encode()
    await capture_lead("cms", body, None)
    import_id = await tried(cast)
    await import_leads.start_run(cast.ada, import_id)
    assert not await import_leads.advance()
    found, rows = await import_leads.read_import(cast.ada, import_id)
    assert (found.status, found.outcome) == ("done", found.forecast)
    assert found.outcome == {"created": 2, "merged": 2, "refused": 1}
    assert await owner.fetchval("SELECT count(*) FROM lead") == 3
    entries = await owner.fetch(
        "SELECT actor_id FROM activity WHERE kind = 'lead_captured' AND actor_id <> 'cms'"
    )
    assert [row["actor_id"] for row in entries] == [cast.ada.id] * 4
    lead = await owner.fetchrow("SELECT source, answers, score_due_at FROM lead WHERE answers <> '{}'")
    assert (lead["source"], json.loads(lead["answers"])) == ("import", {"Budget": "10k"})
    assert lead["score_due_at"] is not None
    kept = await owner.fetch("SELECT cells IS NULL AS gone, email_norm FROM lead_import_row ORDER BY line")
    assert [tuple(row) for row in kept] == [(True, None)] * 3 + [(False, None), (True, None)]
    assert rows[0].lead_id is not None


@pytest.mark.usefixtures("pool")
async def test_an_import_that_was_stopped_goes_on_where_it_was(owner: asyncpg.Connection, cast: Cast) -> None:
    table = "name,email,company,answer\n" + "".join(f"P {n},p{n}@x.example,,\n" for n in range(120))
    import_id = await tried(cast, table)
    await import_leads.start_run(cast.ada, import_id)
    assert await import_leads.advance(seconds=0.0001), "one batch, then the time is over"
    await import_leads.cancel(cast.ada, import_id)
    assert not await import_leads.advance()
    assert await owner.fetchval("SELECT count(*) FROM lead") in range(1, 120)
    await import_leads.start_run(cast.ada, import_id)
    await asyncio.gather(import_leads.advance(), import_leads.advance())
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert (found.status, found.outcome) == ("done", {"created": 120})
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'lead_captured'") == 120


@pytest.mark.usefixtures("pool")
async def test_another_mapping_is_tried_afresh_and_a_wrong_one_refused(cast: Cast) -> None:
    import_id = await tried(cast)
    for wrong in (
        ("name", "", "", ""),
        ("name", "name", "email", ""),
        ("name", "email"),
        ("name", "email", "x", ""),
    ):
        with pytest.raises(Invalid):
            await import_leads.start_check(cast.ada, import_id, wrong)
    await import_leads.start_check(cast.ada, import_id, ("company", "email", "name", ""))
    await import_leads.advance()
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert found.forecast == {"created": 2, "refused": 3}


@pytest.mark.usefixtures("pool")
async def test_nothing_runs_untried_or_twice_or_by_others(cast: Cast) -> None:
    import_id = await import_leads.upload(cast.ada, "leads.csv", TABLE.encode())
    with pytest.raises(NotNow):
        await import_leads.start_run(cast.ada, import_id)
    for viewer in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await import_leads.upload(viewer, "leads.csv", TABLE.encode())
        with pytest.raises(Forbidden):
            await import_leads.start_run(viewer, import_id)


@pytest.mark.usefixtures("pool")
async def test_a_line_whose_person_was_erased_meanwhile_is_left_out(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    import_id = await tried(cast)
    await owner.execute("UPDATE lead_import_row SET cells = NULL, email_norm = NULL WHERE line = 2")
    await import_leads.start_run(cast.ada, import_id)
    assert not await import_leads.advance()
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert (found.status, found.outcome) == ("done", {"created": 3, "refused": 2})


@pytest.mark.usefixtures("pool")
async def test_what_nobody_comes_back_for_is_forgotten(owner: asyncpg.Connection, cast: Cast) -> None:
    await tried(cast)
    await make.capture(owner, "refused")
    await make.capture(owner, "held")
    await housekeeping.tidy()
    assert await owner.fetchval("SELECT count(*) FROM lead_import_row WHERE cells IS NULL") == 0
    await owner.execute("UPDATE lead_import SET updated_at = now() - interval '40 days'")
    await owner.execute("UPDATE capture_submission SET received_at = now() - interval '100 days'")
    await housekeeping.tidy()
    assert await owner.fetchval("SELECT count(*) FROM lead_import_row WHERE cells IS NOT NULL") == 0
    assert await owner.fetchval("SELECT outcome FROM capture_submission WHERE raw IS NOT NULL") == "held"
