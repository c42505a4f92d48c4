"""What must be true of the database before the CRM serves anybody: `crm doctor` prints it, the web refuses to start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from app.core.settings import BadSetting
from app.domain.viewer import Role
from app.store.schema_version import newest

if TYPE_CHECKING:
    from collections.abc import Sequence

OLDEST_SERVER: Final = 150_000
ROLES: Final = tuple(role.value for role in Role)
ALWAYS_TRIGGERS: Final = (
    "activity_chain", "activity_no_change", "activity_no_truncate",
    "activity_text_no_update", "activity_text_no_truncate", "audit_event_no_change", "audit_event_no_truncate",
    "staff_audit",
)  # fmt: skip
# The tables each role may touch at all; a policy on any other table would be a hole.
_SUPPORT: Final = {
    "activity", "activity_text", "audit_event", "customer", "distinct_pair", "idempotency", "lead", "mention",
    "saved_view", "staff", "ticket",
}  # fmt: skip
_ADMIN: Final = _SUPPORT | {
    "capture_client", "capture_secret", "capture_submission", "closed_total", "delivery", "digest", "erasure", "inbox",
    "lead_import", "lead_import_row", "lead_total", "log_anchor", "outbox", "reassignment", "reassignment_lead",
    "reconcile_run", "sale", "sales_goal", "score_check", "score_model", "score_snapshot", "session", "sink",
    "stage_limit",
}  # fmt: skip
POLICIES: Final = {
    "crm_rep": _SUPPORT
    | {"digest", "lead_total", "lead_words", "outbox", "sale", "sales_goal", "stage_limit"},
    "crm_support": _SUPPORT,
    "crm_admin": _ADMIN,
    "crm_system": _ADMIN - {"mention"} | {"login_attempt"},
}


class NotReady(BadSetting):
    """The database is not as the CRM's promises need it; it must not be served from."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold, whether it does, and what was found."""

    name: str
    ok: bool
    detail: str


async def run_checks(database_url: str) -> list[Check]:
    """Look at the database as the application's own login; raises OSError or asyncpg errors when unreachable."""
    # One transaction, and no named statement: a pooler in between may be in transaction mode.
    connection = await asyncpg.connect(database_url, timeout=5, statement_cache_size=0)
    looks = (_server, _schema, _login, _memberships, _row_security, _policies, _triggers, _no_rights)
    try:
        async with connection.transaction(readonly=True):
            return [await look(connection) for look in looks]
    finally:
        await connection.close()


async def must_hold(database_url: str) -> None:
    """Raise NotReady with every check that fails; otherwise like `run_checks`."""
    if wrong := failed(await run_checks(database_url)):
        raise NotReady(wrong)


def failed(checks: Sequence[Check]) -> str:
    """Return one line that names every failed check, empty when all hold."""
    return "; ".join(f"{check.name}: {check.detail}" for check in checks if not check.ok)


async def _server(connection: asyncpg.Connection) -> Check:
    row = await connection.fetchrow(
        "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name"
    )
    return Check("PostgreSQL is 15 or newer", row["number"] >= OLDEST_SERVER, row["name"])


async def _schema(connection: asyncpg.Connection) -> Check:
    """A newer schema serves as well, while a release is rolled out."""
    found = await _version(connection)
    ok = found >= newest()
    return Check("the schema is there", ok, found if ok else "run `crm migrate` first")


async def _version(connection: asyncpg.Connection) -> str:
    sql = "SELECT coalesce(obj_description(to_regclass('public.migration'), 'pg_class'), '')"
    found: Any = await connection.fetchval(sql)
    return found


async def _login(connection: asyncpg.Connection) -> Check:
    row = await connection.fetchrow(
        "SELECT rolname, rolsuper, rolbypassrls, rolinherit, rolcreaterole, EXISTS (SELECT FROM pg_class"
        " WHERE relowner = pg_roles.oid AND relnamespace = 'public'::regnamespace) AS owner"
        " FROM pg_roles WHERE rolname = current_user"
    )
    wrong = [
        words
        for flag, words in (
            ("rolsuper", "a superuser"),
            ("rolbypassrls", "exempt from row security"),
            ("rolinherit", "INHERIT: it has all its roles' rights at once"),
            ("rolcreaterole", "allowed to create roles"),
            ("owner", "the owner of tables"),
        )
        if row[flag]
    ]
    return Check(
        "the login is unprivileged", not wrong, f"{row['rolname']} is {', '.join(wrong) or 'unprivileged'}"
    )


async def _memberships(connection: asyncpg.Connection) -> Check:
    rows = await connection.fetch(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY($1) AND NOT rolcanlogin AND NOT rolsuper"
        " AND NOT rolbypassrls AND pg_has_role(current_user, oid, 'MEMBER')",
        list(ROLES),
    )
    missing = sorted(set(ROLES) - {row["rolname"] for row in rows})
    return Check(
        "the four roles are there",
        not missing,
        f"missing or wrong: {', '.join(missing)}" if missing else "all",
    )


async def _row_security(connection: asyncpg.Connection) -> Check:
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname <> 'migration' AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    names = ", ".join(sorted(row["relname"] for row in rows))
    return Check("row security is forced on every table", not rows, names or "all")


async def _policies(connection: asyncpg.Connection) -> Check:
    """What a newer schema allows besides is for its own release to judge; what we need must be there."""
    rows = await connection.fetch(
        "SELECT tablename, unnest(roles)::text AS role FROM pg_policies WHERE schemaname = 'public'"
    )
    found = {role: {row["tablename"] for row in rows if row["role"] == role} for role in ROLES}
    newer = await _version(connection) > newest()
    differing = {
        role: POLICIES[role] - found[role] if newer else POLICIES[role] ^ found[role] for role in ROLES
    }
    wrong = [f"{role}: {', '.join(sorted(tables))}" for role, tables in differing.items() if tables]
    if any(row["role"] == "public" for row in rows):
        wrong.append("a policy for PUBLIC")
    return Check("the policies are as they must be", not wrong, "; ".join(wrong) or "all")


async def _triggers(connection: asyncpg.Connection) -> Check:
    rows = await connection.fetch(
        "SELECT tgname FROM pg_trigger WHERE tgname = ANY($1) AND tgenabled = 'A'", list(ALWAYS_TRIGGERS)
    )
    missing = sorted(set(ALWAYS_TRIGGERS) - {row["tgname"] for row in rows})
    return Check("the triggers of timeline and audit always fire", not missing, ", ".join(missing) or "all")


async def _no_rights(connection: asyncpg.Connection) -> Check:
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND has_table_privilege(current_user, oid, 'SELECT')"
    )
    names = ", ".join(sorted(row["relname"] for row in rows))
    return Check("the login sees nothing without a role", not rows, names or "nothing")
