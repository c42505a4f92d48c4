"""The boot checks: each thing that must hold, broken once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from app.store.checks import failed, run_checks
from app.store.migrate import migrate
from app.store.schema_version import newest

if TYPE_CHECKING:
    import asyncpg

    from tests.database import Place

NEWER = "crm_2999_01_01t00_00_00_000000"
BREAKS = {
    "row security": "ALTER TABLE lead NO FORCE ROW LEVEL SECURITY",
    "row security is forced": "ALTER TABLE activity DISABLE ROW LEVEL SECURITY",
    "policies": "DROP POLICY rep_own ON lead",
    "policies are": "CREATE POLICY hole ON session TO crm_rep USING (true)",
    "PUBLIC": "CREATE POLICY hole ON lead USING (true)",
    "activity_no_change": "ALTER TABLE activity DISABLE TRIGGER activity_no_change",
    "activity_chain": "ALTER TABLE activity ENABLE TRIGGER activity_chain",
    "activity_text_no_update": "DROP TRIGGER activity_text_no_update ON activity_text",
    "audit_event_no_change": "ALTER TABLE audit_event DISABLE TRIGGER audit_event_no_change",
    "run `crm migrate` first": "COMMENT ON TABLE migration IS 'crm_2026_01_01t00_00_00_000000'",
    "crm_app": "GRANT SELECT ON lead TO PUBLIC",
}


async def test_a_migrated_database_passes(database: Place) -> None:
    assert failed(await run_checks(database.app_url)) == ""


async def test_a_newer_schema_passes_while_a_release_is_rolled_out(
    database: Place, owner: asyncpg.Connection
) -> None:
    """The release before it is still asked whether it is ready, and may have to start again."""
    await owner.execute(
        f"""
        COMMENT ON TABLE migration IS '{NEWER}';
        CREATE TABLE later (id uuid);
        ALTER TABLE later ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY rep_own ON later TO crm_rep, crm_admin USING (true);
        CREATE POLICY rep_own ON inbox TO crm_rep USING (true)"""
    )
    assert failed(await run_checks(database.app_url)) == ""
    await owner.execute("DROP POLICY rep_own ON lead")
    assert failed(await run_checks(database.app_url)) == "the policies are as they must be: crm_rep: lead"


async def test_an_older_release_that_migrates_later_does_not_make_the_schema_older(
    database: Place, owner: asyncpg.Connection
) -> None:
    old = "crm_2026_01_01t00_00_00_000000"
    for before, after in ((NEWER, NEWER), (old, newest()), ("", newest())):
        await owner.execute(f"COMMENT ON TABLE migration IS '{before}'")
        assert await migrate(database.owner_url, database.app_url) == after
        assert await owner.fetchval("SELECT obj_description('migration'::regclass, 'pg_class')") == after


async def test_the_owners_login_is_refused(database: Place) -> None:
    assert "the login is unprivileged" in failed(await run_checks(database.owner_url))


@pytest.mark.parametrize("name", [name for name in BREAKS if name != "crm_app"])
async def test_what_was_broken_is_named(database: Place, owner: asyncpg.Connection, name: str) -> None:
    await owner.execute(BREAKS[name])
    assert name in failed(await run_checks(database.app_url))


async def test_a_right_of_the_login_itself_is_named(database: Place, owner: asyncpg.Connection) -> None:
    await owner.execute(BREAKS["crm_app"])
    assert "sees nothing without a role: lead" in failed(await run_checks(database.app_url))
