"""The audit is appended to and read by admins; nobody changes it, whoever got hold of the application's login."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.domain.audit import Act, AuditFilter, Refusal
from app.domain.viewer import system
from app.services import housekeeping
from app.store import audit
from app.store.transaction import call_function, connection, transaction

if TYPE_CHECKING:
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")
MINE = (
    "INSERT INTO audit_event (kind, event, who{more}) VALUES ('{kind}', 'leads_exported', viewer_id(){value})"
)
TRICKS = (
    "UPDATE audit_event SET who = NULL",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "MERGE INTO audit_event USING staff ON audit_event.who = staff.id WHEN MATCHED THEN DELETE",
    "INSERT INTO audit_event (kind, event) VALUES ('change', 'staff_joined') ON CONFLICT (id) DO UPDATE SET who = 'x'",
    "ALTER TABLE audit_event DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_event_no_change ON audit_event",
    "DROP POLICY admin_append ON audit_event",
    "SET session_replication_role = replica",
    "CREATE OR REPLACE FUNCTION audit_kept_for(kind text) RETURNS interval LANGUAGE sql AS 'SELECT interval ''0'''",
    MINE.format(kind="export", more=", at", value=", '2020-01-01'"),
    MINE.format(kind="export", more=", id", value=", 1"),
)
ORDERED = "SELECT id FROM audit_event WHERE $1 IN ('', who, about) ORDER BY at DESC, id DESC"
LOOKS = (
    "SELECT * FROM audit_event",
    "SELECT count(*) FROM audit_event",
    MINE.format(kind="export", more="", value="") + " RETURNING at",
)
NAMES = {"rita", "sam", "ada", "system"}
OLD = """
    INSERT INTO audit_event (kind, event, who, at) SELECT kind, 'login', 'x', now() - make_interval(days => days)
    FROM (VALUES ('refused', 89), ('refused', 91), ('change', 91), ('sign_in', 399), ('export', 401))
        AS old (kind, days)"""
LEFT = "SELECT kind, date_part('day', now() - at)::int FROM audit_event WHERE who = 'x' ORDER BY at DESC"


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("who", sorted(NAMES))
async def test_no_role_of_the_application_changes_it_or_dates_it_back(
    owner: asyncpg.Connection, cast: Cast, trick: str, who: str
) -> None:
    before = await owner.fetch("SELECT * FROM audit_event ORDER BY id")
    assert len(before) == len(cast.everybody())  # they joined the staff
    viewer = system("jobs") if who == "system" else cast.named(who)
    with pytest.raises(asyncpg.PostgresError):
        async with transaction(viewer):
            await connection().execute(trick)
    assert await owner.fetch("SELECT * FROM audit_event ORDER BY id") == before


@pytest.mark.parametrize(
    "trick", ["UPDATE audit_event SET who = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
@pytest.mark.usefixtures("cast")
async def test_the_owner_is_bound_too(owner: asyncpg.Connection, trick: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(trick)


@pytest.mark.parametrize("who", ["rita", "sam", "system"])
async def test_only_admins_read_it(cast: Cast, who: str) -> None:
    viewer = system("jobs") if who == "system" else cast.named(who)
    for look in LOOKS:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(viewer):
                await connection().execute(look)


async def test_the_login_by_itself_can_neither_read_nor_write_it(cast: Cast) -> None:
    for try_it in (
        "SELECT * FROM audit_event",
        MINE.format(kind="export", more="", value=""),
        "SELECT forget_old_audit()",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await call_function(try_it)


@pytest.mark.parametrize("who", ["rita", "sam", "ada"])
async def test_nobody_writes_in_anothers_name(owner: asyncpg.Connection, cast: Cast, who: str) -> None:
    for act in (Act("leads_exported", who=cast.omar.id), Act("login", who=cast.omar.id)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(cast.named(who)):
                await audit.append(cast.named(who), act)
    assert await owner.fetchval("SELECT count(*) FROM audit_event WHERE who = $1", cast.omar.id) == 0


@pytest.mark.parametrize("who", ["rita", "sam"])
async def test_who_is_no_admin_can_note_exports_alone(cast: Cast, who: str) -> None:
    async with transaction(cast.named(who)):
        await audit.append(cast.named(who), Act("customers_exported"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(cast.named(who)):
            await audit.append(cast.named(who), Act("rules_saved", "rules-v2"))


async def test_what_is_old_goes_and_nothing_else(owner: asyncpg.Connection, cast: Cast) -> None:
    await owner.execute(OLD)
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("DELETE FROM audit_event WHERE who = 'x'")
    await housekeeping.tidy()
    assert await owner.fetch(LEFT) == [("refused", 89), ("change", 91), ("sign_in", 399)]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with transaction(cast.ada):
            await connection().execute("SELECT forget_old_audit()")


async def test_whoever_is_neither_staff_nor_a_machine_is_not_named(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    refused = [
        Refusal("login", "an account of a customer", reason="forbidden"),
        Refusal("forbidden", "slyyfoxx-cms", is_machine=True, reason="forbidden", route="GET /v1/leads"),
        Refusal("forbidden", cast.rita.id, reason="forbidden", route="GET /" + "x" * 300),
    ]
    async with transaction(system("audit")):
        await audit.insert_refusals(system("audit"), dict.fromkeys(refused, 2))
    rows = await owner.fetch(
        "SELECT who, number, length(route) FROM audit_event WHERE kind = 'refused' ORDER BY id"
    )
    assert rows == [(None, 2, None), ("slyyfoxx-cms", 2, 13), (cast.rita.id, 2, 200)]


async def test_who_joins_leaves_or_may_do_more_is_noted_whatever_way_it_came(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    rita = cast.rita.id
    await owner.execute("UPDATE staff SET active = false, name = 'Rita R.' WHERE id = $1", rita)
    async with transaction(system("sso")):
        for change in (
            "active = true",
            "name = 'Rita'",
            "roles = '{SLYYFOXX_ADMIN}'",
            "rep_id = NULL",
            "active = active",
        ):
            await connection().execute(f"UPDATE staff SET {change} WHERE id = '{rita}'")
    rows = await owner.fetch("SELECT event, who, also FROM audit_event WHERE about = $1 ORDER BY id", rita)
    assert rows == [
        ("staff_joined", "operator", "SALES_REP R-1001"),
        ("staff_deactivated", "operator", None),
        ("staff_activated", "sso", None),
        ("roles_changed", "sso", "SLYYFOXX_ADMIN R-1001"),
        ("roles_changed", "sso", "SLYYFOXX_ADMIN"),
    ]


async def test_pages_go_on_where_the_last_one_ended_also_within_a_moment(
    owner: asyncpg.Connection, cast: Cast
) -> None:
    await owner.execute(
        "INSERT INTO audit_event (kind, event, who, about, at) SELECT 'change', 'leads_paused',"
        " CASE n % 2 WHEN 0 THEN $1 ELSE $2 END, CASE n % 3 WHEN 0 THEN $1 END, '2026-11-01'"
        " FROM generate_series(1, 12) AS n",
        cast.ada.id,
        cast.omar.id,
    )
    for person, expected in (("", 16), (cast.ada.id, 9), (cast.omar.id, 7)):
        seen: list[int] = []
        cursor: str | None = None
        async with transaction(cast.ada):
            while True:
                ids = [person] if person else []
                page = await audit.list_audit(
                    cast.ada, AuditFilter(person=person), ids, limit=3, cursor=cursor
                )
                seen += [line.id for line in page.items]
                if (cursor := page.next_cursor) is None:
                    break
        ordered = await owner.fetch(ORDERED, person)
        assert seen == [row["id"] for row in ordered], person
        assert len(seen) == expected, person
