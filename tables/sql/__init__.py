"""The schema as SQL, one file a matter. A file that has been released is never edited: add another."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from piccolo.engine import engine_finder


def run_sql(name: str) -> Callable[[], Awaitable[None]]:
    """Return a step for MigrationManager.add_raw that runs `name`.sql inside the migration's transaction."""
    sql = (Path(__file__).parent / f"{name}.sql").read_text(encoding="utf-8")

    async def run() -> None:
        engine = engine_finder()
        current = engine.current_transaction.get() if engine else None
        if current is None:
            message = "migrations run inside a transaction"
            raise RuntimeError(message)
        await current.connection.execute(sql)

    return run
