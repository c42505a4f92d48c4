"""A stage has a limit for each rep."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-23T18:07:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Stage limit"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("107_stage_limit"))
    return manager
