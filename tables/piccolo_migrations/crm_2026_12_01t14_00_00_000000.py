"""What was closed on each day is counted as it happens."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-12-01T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Closed totals"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("112_closed_total"))
    return manager
