"""A timeline by person and by kind."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-22T18:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "A timeline by person and by kind"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("71_timeline"))
    return manager
