"""The daily e-mail."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-23T18:03:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Digest"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("103_digest"))
    return manager
