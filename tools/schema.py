"""Writes tables/schema.sql: what all the migrations amount to, for reading. Never run, always compared by a test."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from app.sandbox.servers import find_postgres, start_servers
from app.store.migrate import migrate

FILE: Final = Path(__file__).parents[1] / "tables" / "schema.sql"
HEAD: Final = """\
-- The schema after all of tables/sql, as PostgreSQL says it. Written by `make schema`: read it, change tables/sql.

"""
NOISE: Final = re.compile(
    r"^(--.*|SET [a-z_]+ = .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)\n", re.MULTILINE
)


def schema() -> str:
    """Return the schema of a new, migrated database as SQL, by kind and name."""
    with tempfile.TemporaryDirectory(prefix="crm-schema-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)  # PostgreSQL runs as another account where we are root
        with start_servers(home, fast=True) as servers:
            asyncio.run(migrate(servers.owner_url, servers.app_url))
            dump = [find_postgres(home).programs / "pg_dump", "--schema-only", "--no-owner", "--no-comments"]
            said = subprocess.run(
                [*dump, servers.owner_url], capture_output=True, text=True, check=True
            ).stdout
    return HEAD + re.sub(r"\n{3,}", "\n\n", NOISE.sub("", said)).strip() + "\n"


if __name__ == "__main__":
    FILE.write_text(schema())
