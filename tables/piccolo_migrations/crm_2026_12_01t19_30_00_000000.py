"""A receiver who sells no more is passed over."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-12-01T19:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Receiver passed over"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("116_receiver_passed_over"))
    return manager
