"""The right to be forgotten."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-22T11:21:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Erasure"


async def forwards() -> MigrationManager:
    """Return the manager that adds the table and its one function."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("21_erasure"))
    return manager
