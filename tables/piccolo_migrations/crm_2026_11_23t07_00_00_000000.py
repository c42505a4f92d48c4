"""As of when staff are as the SSO has them; saved views that an erasure forgets."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-23T07:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "Staff synced at, erased views"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL files."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    for name in ("81_staff_synced_at", "81_erased_views"):
        manager.add_raw(run_sql(name))
    return manager
