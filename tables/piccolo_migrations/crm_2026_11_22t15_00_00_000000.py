"""Sinks that can be paused, attempts that say when they are repeated, and an order to read events in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-22T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Deliveries"


async def forwards() -> MigrationManager:
    """Return the manager that adds them."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("50_deliveries"))
    return manager
