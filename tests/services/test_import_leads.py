"""Importing leads: tried without a trace, taken in as captures are, resumed where it stopped."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from app.core.errors import Forbidden, Invalid
from app.domain.lead_import import NotNow
from app.services import housekeeping, import_leads
from app.services.lead_capture import capture_lead
from tests import make
from tests.domain.test_lead_import import TABLE

if TYPE_CHECKING:
    import asyncpg

    from tests.cast import Cast

BY = ("name", "email", "company", "answer")


async def tried(cast: Cast, table: str = TABLE, by: tuple[str, ...] = BY) -> UUID:
    import_id = await import_leads.upload(cast.ada, "leads.csv", table.encode())
    await import_leads.start_check(cast.ada, import_id, by)
    assert not await import_leads.advance()
    return import_id


@pytest.mark.usefixtures("pool")
async def test_a_line_that_is_too_short_has_empty_cells(cast: Cast) -> None:
    table = "name,email,company\nGrace,grace@navy.example\nAda\n"
    import_id = await tried(cast, table, ("name", "email", "company"))
    found, rows = await import_leads.read_import(cast.ada, import_id)
    assert found.forecast == {"created": 1, "refused": 1}
    assert rows[0].cells == ("Grace", "grace@navy.example", "")
    assert [row.cells for row in await import_leads.list_rows(cast.ada, import_id, "refused", 0, 9)] == [
        ("Ada", "", "")
    ]


@pytest.mark.usefixtures("pool")
async def test_a_line_with_cells_beyond_the_header_is_refused_whole(cast: Cast) -> None:
    table = (
        "name,email,company\nGrace,grace@navy.example,Navy,,  \nAda,ada@engine.example,Engines, Ltd\n"
        "Mary,mary@star.example,Star,,London\n"
    )
    import_id = await tried(cast, table, ("name", "email", "company"))
    found, rows = await import_leads.read_import(cast.ada, import_id)
    assert found.forecast == {"created": 1, "refused": 2}
    assert [row.cells[3:] for row in rows] == [(), (" Ltd",), ("", "London")]
    assert {problem.detail.partition(".")[0] for row in rows for problem in row.problems} == {
        "has more cells than the header has columns"
    }


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
    table = "name,email,value\n" + "".join(f"P {n},p{n}@x.example,{n}.5\n" for n in range(120))
    import_id = await tried(cast, table, ("name", "email", "value"))
    await import_leads.start_run(cast.ada, import_id)
    assert await import_leads.advance(seconds=0), "one batch, then the time is over"
    await import_leads.cancel(cast.ada, import_id)
    assert not await import_leads.advance()
    assert await owner.fetchval("SELECT count(*) FROM lead") in range(1, 120)
    await import_leads.start_run(cast.ada, import_id)
    await asyncio.gather(import_leads.advance(), import_leads.advance())
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert (found.status, found.outcome) == ("done", {"created": 120})
    assert await owner.fetchval("SELECT count(*) FROM activity WHERE kind = 'lead_captured'") == 120
    for total in ("SELECT sum(expected_value) FROM lead", "SELECT sum(value) FROM lead_total"):
        assert await owner.fetchval(total) == sum(range(120)) + 60


@pytest.mark.usefixtures("pool")
@pytest.mark.parametrize(
    ("by", "cells", "name"),
    [
        (("first_name", "last_name"), "Grace;Hopper", "Grace Hopper"),
        (("last_name", "first_name"), "van der Berg; Anna ", "Anna van der Berg"),
        (("name", "first_name"), "Müller;Anna", "Anna Müller"),
        (("name", "name"), "Grace;Hopper", "Grace Hopper"),
        (("name", "first_name"), "Anna Müller;Anna", "Anna Müller"),
        (("last_name", ""), "Hopper;", "Hopper"),
    ],
)
async def test_a_name_is_put_together_of_its_parts(
    owner: asyncpg.Connection, cast: Cast, by: tuple[str, str], cells: str, name: str
) -> None:
    import_id = await tried(cast, f"a;b;c\n{cells};grace@navy.example\n;;nobody@x.example\n", (*by, "email"))
    await import_leads.start_run(cast.ada, import_id)
    assert not await import_leads.advance()
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert found.outcome == {"created": 1, "refused": 1}
    assert await owner.fetchval("SELECT name FROM customer") == name


@pytest.mark.usefixtures("pool")
async def test_what_nobody_can_dial_is_no_phone_number_but_stays(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    phones = ("call me", "n/a", "+49\u00a030 123456", "")
    table = "name,email,Tel\n" + "".join(
        f"{n},{n}@x.example,{phone}\n" for n, phone in zip("ABCD", phones, strict=True)
    )
    import_id = await tried(cast, table, ("name", "email", "phone"))
    await import_leads.start_run(cast.ada, import_id)
    assert not await import_leads.advance()
    rows = await owner.fetch(
        "SELECT name, phone, answers FROM lead JOIN customer ON customer.id = customer_id ORDER BY name"
    )
    assert [(row["name"], row["phone"], json.loads(row["answers"])) for row in rows] == [
        ("A", "", {"Tel": "call me"}),
        ("B", "", {}),
        ("C", "+49 30 123456", {}),
        ("D", "", {}),
    ]


VALUES = """Name;E-Mail;Wert
New;new@x.example;12.500,50
Again;NEW@x.example;7
Comma;comma@x.example;12,5
None;none@x.example;
Lost before;lost@x.example;12'000
Open before;open@x.example;99
"""


@pytest.mark.usefixtures("pool")
async def test_leads_that_an_import_makes_have_the_value_of_their_line(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    lost = await make.customer(owner, email="lost@x.example")
    await make.lead(owner, cast.rita, "closed_lost", customer_id=lost, expected_value=Decimal(1))
    known = await make.customer(owner, email="open@x.example")
    await make.lead(owner, cast.rita, customer_id=known, expected_value=Decimal(2))
    import_id = await tried(cast, VALUES, ("name", "email", "value"))
    assert await owner.fetchval("SELECT count(*) FROM lead") == 2
    await import_leads.start_run(cast.ada, import_id)
    assert not await import_leads.advance()
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert found.outcome == found.forecast == {"created": 4, "merged": 2}
    rows = await owner.fetch(
        "SELECT email_norm, expected_value::text, currency FROM lead JOIN customer ON customer.id = customer_id"
        " WHERE closed_at IS NULL"
    )
    assert {tuple(row) for row in rows} == {
        ("new@x.example", "12500.50", "EUR"),
        ("comma@x.example", "12.50", "EUR"),
        ("none@x.example", None, "EUR"),
        ("lost@x.example", "12000.00", "EUR"),
        ("open@x.example", "2.00", "EUR"),
    }


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("12.500", "two ways"),
        ("lots", "no clear amount"),
        ("$5", "no clear amount"),
        ("-1", "from 0 to"),
        ("1000000000000", "from 0 to"),
        ("1.2345", "two decimals"),
    ],
)
@pytest.mark.usefixtures("pool")
async def test_a_line_with_a_wrong_value_is_refused_whole_and_says_all(
    owner: asyncpg.Connection, cast: Cast, typed: str, wrong: str
) -> None:
    table = f"name;email;value\nGrace;grace@navy.example;{typed}\n;nobody;{typed}\n"
    import_id = await tried(cast, table, ("name", "email", "value"))
    found, rows = await import_leads.read_import(cast.ada, import_id)
    assert found.forecast == {"refused": 2}
    assert [[problem.pointer for problem in row.problems] for row in rows] == [
        ["#/value"],
        ["#/email", "#/name", "#/value"],
    ]
    assert wrong in rows[0].problems[0].detail
    await import_leads.start_run(cast.ada, import_id)
    assert not await import_leads.advance()
    found, _ = await import_leads.read_import(cast.ada, import_id)
    assert (found.status, found.outcome) == ("done", {"refused": 2})
    assert await owner.fetchval("SELECT (SELECT count(*) FROM lead) + (SELECT count(*) FROM customer)") == 0


@pytest.mark.usefixtures("pool")
async def test_another_mapping_is_tried_afresh_and_a_wrong_one_refused(cast: Cast) -> None:
    import_id = await tried(cast)
    for wrong in (
        ("name", "", "", ""),
        ("name", "email", "email", ""),
        ("company", "email", "", ""),
        ("name", "email"),
        ("name", "email", "x", ""),
        ("name", "email", "value", "value"),
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
