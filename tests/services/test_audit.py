"""What is done leaves its line of the audit with it or not at all; what is refused is counted beside the requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import asyncpg
import pytest
from structlog import wrap_logger
from structlog.testing import LogCapture

from app.core import security_log
from app.core.errors import Forbidden, NotFound
from app.domain.audit import ACTS, KINDS, REFUSALS, Act, AuditFilter, Refusal
from app.domain.lead_list import LeadFilter
from app.domain.merge import Wish
from app.services import audit, staff
from app.services.erasure import confirm_erasure, request_erasure
from app.services.export import export_customers, export_leads
from app.services.merge import merge_customers
from app.store import audit as store
from app.store.transaction import connection, transaction
from tests import make
from tests.budgets.counting import trips
from tests.house.files import ROOT, words_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
ALL = AuditFilter()
REFUSED = "SELECT event, who, reason, route, number FROM audit_event WHERE kind = 'refused' ORDER BY id"
DONE = "SELECT event, who, about, number FROM audit_event WHERE event <> 'staff_joined' ORDER BY id"


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    audit._refused.clear()
    yield
    audit._refused.clear()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    capture = LogCapture()
    monkeypatch.setattr(security_log, "log", wrap_logger(None, processors=[capture]))
    return capture.entries


def test_every_act_is_noted_somewhere_and_every_refusal_has_words() -> None:
    code = words_in(".py", "app/services") + (ROOT / "tables/sql/104_audit.sql").read_text(encoding="utf-8")
    assert {name for name in ACTS if not re.search(rf"[\"']{name}[\"']", code)} == set()
    assert {act.kind for act in ACTS.values()} == set(KINDS) - {"refused"}
    assert set(REFUSALS) == set(get_args(security_log.Event))


async def test_what_came_to_nothing_leaves_neither_a_row_nor_a_line(
    owner: asyncpg.Connection, cast: Cast, said: list[Any]
) -> None:
    async def break_off() -> None:
        async with transaction(cast.ada):
            await store.append(cast.ada, Act("leads_paused", cast.rita.id))
            await connection().execute("SELECT 1 / 0")

    with pytest.raises(asyncpg.DivisionByZeroError):
        await break_off()
    with pytest.raises(NotFound):
        await staff.set_accepts_leads(cast.ada, "nobody", accepts=False)
    with pytest.raises(Forbidden):
        await staff.set_accepts_leads(cast.rita, cast.rita.id, accepts=False)
    assert await owner.fetch(DONE) == []
    assert said == []


async def test_what_was_done_is_a_row_and_a_line(
    owner: asyncpg.Connection, cast: Cast, said: list[Any]
) -> None:
    await staff.set_accepts_leads(cast.ada, cast.rita.id, accepts=False)
    assert await owner.fetch(DONE) == [("leads_paused", cast.ada.id, cast.rita.id, 1)]
    assert [(line["event"], line["who"], line["of"]) for line in said] == [
        ("leads_paused", cast.ada.id, cast.rita.id)
    ]


async def test_a_file_is_noted_before_its_first_byte_leaves(owner: asyncpg.Connection, cast: Cast) -> None:
    await export_customers(cast.sam, "grace hopper")
    with pytest.raises(Forbidden):
        await export_leads(cast.sam, LeadFilter())
    assert await owner.fetch(DONE) == [("customers_exported", cast.sam.id, None, 1)]


async def test_what_was_done_to_somebody_is_found_under_whoever_they_became(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    kept, gone = await make.customer(owner, name="Grace Hopper"), await make.customer(owner, name="G. Hopper")
    await request_erasure(cast.ada, gone)
    await request_erasure(cast.ada, gone)
    erasure = await owner.fetchval("SELECT id FROM erasure")
    with pytest.raises(Forbidden):
        await confirm_erasure(cast.ada, erasure)
    await owner.execute("UPDATE erasure SET withdrawn_at = now()")
    await merge_customers(cast.ada, Wish(kept, gone), None)
    page, people = await audit.read_audit(cast.ada, AuditFilter(person=str(kept)), limit=9, cursor=None)
    assert [(line.event, line.about, line.about_name) for line in page.items] == [
        ("customers_merged", str(kept), "Grace Hopper"),
        ("erasure_asked", str(gone), "G. Hopper"),
    ]
    assert people[str(kept)] == "Grace Hopper"
    assert people[cast.omar.id] == "Omar Okafor"


async def test_the_audit_is_for_admins(cast: Cast) -> None:
    for who in (cast.rita, cast.sam):
        with pytest.raises(Forbidden):
            await audit.read_audit(who, ALL, limit=9, cursor=None)
        with pytest.raises(Forbidden):
            await audit.export_audit(who, ALL)


async def test_a_flood_is_as_many_rows_as_it_has_kinds_and_no_round_trip(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    async with trips() as sent:
        for number in range(5_000):
            audit.note_refusal(Refusal("token_refused", reason="unauthenticated", route="GET /v1/leads"))
            audit.note_refusal(Refusal("forbidden", f"x{number}", reason="forbidden", route="GET /v1/leads"))
    assert sent.sent == []
    async with trips() as sent:
        await audit.keep_refusals()
        await audit.keep_refusals()
    assert len([each for each in sent.sent if each.startswith("BEGIN")]) == 1
    rows = await owner.fetch(REFUSED)
    assert len(rows) == audit.MOST_APART + 1
    assert rows[0] == ("token_refused", None, "unauthenticated", "GET /v1/leads", 5_000)
    assert sum(row["number"] for row in rows) == 10_000
    assert rows[-1]["number"] == 5_000 - audit.MOST_APART + 1


async def test_what_cannot_be_written_is_let_go_and_later_things_are_written(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await owner.execute("ALTER TABLE audit_event RENAME TO away")
    audit.note_refusal(Refusal("too_many", cast.rita.id))
    await audit.keep_refusals()
    await owner.execute("ALTER TABLE away RENAME TO audit_event")
    audit.note_refusal(Refusal("forbidden", cast.rita.id))
    async with audit.keeping_refusals():
        assert await owner.fetch(REFUSED) == []
    assert await owner.fetch(REFUSED) == [("forbidden", cast.rita.id, None, None, 1)]
