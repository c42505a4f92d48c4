"""The smallest question to the database."""

from app.core.errors import StoreDown
from app.store.transaction import connection


async def check_unscoped() -> None:
    """Raise when the open transaction cannot answer, or could not write, as on a standby."""
    if await connection().fetchval("SHOW transaction_read_only") != "off":
        raise StoreDown
