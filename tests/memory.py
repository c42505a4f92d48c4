"""Where a run's files live: thousands of databases are made and thrown away, and no disk needs to see them."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

MEMORY = Path("/dev/shm")
ENOUGH = 2 * 2**30  # a run on two workers fills a quarter of it


@contextmanager
def temporary_files_in_memory() -> Generator[None]:
    """Give this process and all it starts a folder in memory for temporary files, where there is room for it."""
    if not _is_roomy(MEMORY):
        yield
        return
    before = tempfile.gettempdir()
    with tempfile.TemporaryDirectory(prefix="crm-run-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o1777)  # some servers run as another account
        # What pytest keeps for whoever looks into a failure stays where it always was.
        os.environ |= {"TMPDIR": folder, "PYTEST_DEBUG_TEMPROOT": before}
        tempfile.tempdir = None
        yield


def _is_roomy(folder: Path) -> bool:
    """Say whether files can be written there, run from there, and have enough space."""
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        return False
    return not os.statvfs(folder).f_flag & os.ST_NOEXEC and shutil.disk_usage(folder).free >= ENOUGH
