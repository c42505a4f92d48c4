"""The list of leads is read along an index, whatever it is sorted by."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from tables.sql import run_sql

ID = "2026-11-23T08:59:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "The list of leads"


async def forwards() -> MigrationManager:
    """Return the manager that runs the SQL file."""
    manager = MigrationManager(migration_id=ID, app_name="crm", description=DESCRIPTION)
    manager.add_raw(run_sql("89_lead_list"))
    return manager
