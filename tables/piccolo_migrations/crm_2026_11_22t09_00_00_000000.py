"""The first schema: tables, indexes, timeline triggers, roles, policies, the session function."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-22T09:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The first schema"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL files in order, in one transaction."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    for name in ("01_tables", "02_indexes", "03_timeline", "04_roles", "05_policies", "06_sessions"):
        manager.add_raw(run_sql(name))
    return manager
