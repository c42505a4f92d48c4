"""Customers who are one person are merged; a merged chain ends, and nothing of it changes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-22T17:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Duplicates merged"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("70_merge"))
    return manager
