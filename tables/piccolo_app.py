"""The one Piccolo app: every table, and where its migrations lie."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

FOLDER = Path(__file__).parent
MODULES = [
    f"tables.{file.stem}"
    for file in sorted(FOLDER.glob("*.py"))
    if file.stem not in {"__init__", "piccolo_app"}
]

APP_CONFIG = AppConfig(
    app_name="crm",
    migrations_folder_path=str(FOLDER / "piccolo_migrations"),
    table_classes=table_finder(modules=MODULES),
    migration_dependencies=[],
    commands=[],
)
