"""The smallest question to the database."""

from app.store.transaction import connection


async def check() -> None:
    """Raise when the open transaction cannot answer."""
    await connection().execute("SELECT 1")
