"""Bring a database to the current schema and make the application's login, in one transaction.

Piccolo does not lock: three runners at once would run a migration three times. It also records a migration
after committing it. Here everything is one transaction under one advisory lock, so a crash leaves nothing.
"""

from __future__ import annotations

import os
from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote, urlsplit

from piccolo.apps.migrations.commands.forwards import run_forwards

from app.core.settings import BadSetting
from app.domain.viewer import Role
from app.store.schema_version import newest

if TYPE_CHECKING:
    import asyncpg

LOCK = 4_242_001
ASKED_WITHOUT_ROLE = "find_session(bytea), peek_session(bytea), unread_mentions(text)"
LIMITS = {
    "statement_timeout": "5s",
    "lock_timeout": "3s",
    "idle_in_transaction_session_timeout": "10s",
}


async def migrate(owner_url: str, app_url: str) -> str:
    """Run what is missing as the owner, make or complete the login of `app_url`, and return the schema's version."""
    os.environ["PICCOLO_CONF"] = "app.store.migration_conf"
    from app.store.migration_conf import DB  # noqa: PLC0415  Piccolo finds its engine by this name

    DB.config["dsn"], version = owner_url, ""
    try:
        async with DB.transaction() as opened:
            await opened.connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
            with redirect_stdout(StringIO()) as said:
                result = await run_forwards("crm")
            if not result.success:
                raise RuntimeError(result.message or said.getvalue())
            owner = cast("asyncpg.Connection", opened.connection)
            version = await _say_version(owner)
            await _complete_login(owner, *_login_of(app_url))
    finally:
        os.environ.pop("PICCOLO_CONF")
    return version


async def _say_version(owner: asyncpg.Connection) -> str:
    """Note the newest migration where any login may read it; an older release that runs later takes nothing back."""
    said = await owner.fetchval("SELECT obj_description('public.migration'::regclass, 'pg_class')")
    if said is not None and said > newest():
        return said
    await owner.execute(f"COMMENT ON TABLE migration IS '{newest()}'")
    return newest()


def _login_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if not parts.username:
        message = (
            "DATABASE_URL must name the application's own login: postgresql://login:password@host/database"
        )
        raise BadSetting(message)
    return unquote(parts.username), unquote(parts.password or "")


async def _complete_login(owner: asyncpg.Connection, login: str, password: str) -> None:
    if login == await owner.fetchval("SELECT current_user"):
        message = "DATABASE_URL must not be the owner's login: the application works without its rights"
        raise BadSetting(message)
    inherits = await owner.fetchval("SELECT rolinherit FROM pg_roles WHERE rolname = $1", login)
    quoted = await owner.fetchrow(
        "SELECT quote_ident($1) AS name, quote_literal($2) AS secret", login, password
    )
    name, secret = quoted["name"], quoted["secret"]
    if inherits is None:
        await owner.execute(f"CREATE ROLE {name} LOGIN NOINHERIT PASSWORD {secret}")
    elif inherits:
        await owner.execute(f"ALTER ROLE {name} NOINHERIT")
    await _grant(owner, login, name)


async def _grant(owner: asyncpg.Connection, login: str, name: str) -> None:
    for role in Role:
        if not await owner.fetchval("SELECT pg_has_role($1::name, $2::name, 'MEMBER')", login, role):
            await owner.execute(f"GRANT {role} TO {name}")
    await owner.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
    await owner.execute(f"GRANT EXECUTE ON FUNCTION {ASKED_WITHOUT_ROLE} TO {name}")
    database = await owner.fetchval("SELECT quote_ident(current_database())")
    for limit, value in LIMITS.items():
        await owner.execute(f"ALTER ROLE {name} IN DATABASE {database} SET {limit} = '{value}'")
