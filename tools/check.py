"""`make check`: every check by name, all of them even when one fails, then the list of what failed."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent
STEPS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["basedpyright"],
    "floors": ["lint-imports"],
    "house rules": ["ast-grep", "scan", "--error"],
    "house rules' own tests": ["ast-grep", "test", "--skip-snapshot-tests"],
    "templates": ["djlint", "templates", "--lint", "--quiet"],
    "spelling": ["codespell", "."],
    "house and docs": ["pytest", "tests/house", "--ignore=tests/house/test_access.py", "-n", "0"],
}


def passes(name: str, command: list[str]) -> bool:
    """Run one step and say how it went; its output only when it failed."""
    started = time.monotonic()
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    ok = done.returncode == 0
    print(f"{'ok  ' if ok else 'FAIL'} {name:24} {time.monotonic() - started:5.1f} s", flush=True)
    if not ok:
        print(done.stdout + done.stderr, flush=True)
    return ok


def main() -> int:
    """Run the steps named on the command line, or all."""
    wanted = sys.argv[1:] or list(STEPS)
    failed = [name for name in wanted if not passes(name, STEPS[name])]
    print(f"\nFailed: {', '.join(failed)}" if failed else "\nAll checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
