"""Homes for servers: outside pytest's own folder, which every run of pytest closes to other accounts."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextmanager
def new_home() -> Generator[Path]:
    """Give an empty folder that the account PostgreSQL runs as can reach, and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="crm-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
