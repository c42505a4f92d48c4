"""The support desk's order, and phone numbers found by any fragment."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-22T11:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The support desk"


async def forwards() -> MigrationManager:
    """Return the manager that adds the indexes."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("20_support"))
    return manager
