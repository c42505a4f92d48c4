"""What the repository holds, as the house tests look at it."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def files(suffix: str, *folders: str) -> tuple[Path, ...]:
    """Return the files below `folders` that git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *folders]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    paths = (ROOT / name for name in sorted(set(listed)) if name.endswith(suffix))
    return tuple(path for path in paths if path.is_file())


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a file, methods and inner functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: Function) -> int:
    """Return a function's lines from `def` on: decorators do not count."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def words_in(suffix: str, *folders: str) -> str:
    """Return everything such files say; pictures say nothing."""
    texts = (path for path in files(suffix, *folders) if path.suffix != ".png")
    return "\n".join(path.read_text(encoding="utf-8") for path in texts)
