"""Small files, small functions: where a room gets too big, it is two rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.house.files import files, functions, length, lines, short

if TYPE_CHECKING:
    from pathlib import Path

CODE = ("app", "jobs", "tables", "tools", "bench", "chaos")
TEMPLATE = ".html.jinja2"
FILE_LINES = {".py": 250, ".css": 200, ".js": 200, TEMPLATE: 120}
PARTIAL_LINES = 60
TEST_FILE_LINES = 350
FUNCTION_LINES = 40
JOB_LINES = 15


def test_no_file_is_too_long() -> None:
    found = [path for suffix in FILE_LINES for path in files(suffix, *CODE, "static", "templates")]
    long = {short(path): lines(path) for path in found if lines(path) > _cap(path)}
    assert long == {}


def test_no_test_file_is_too_long() -> None:
    found = files(".py", "tests")
    assert {short(path): lines(path) for path in found if lines(path) > TEST_FILE_LINES} == {}


def test_no_function_is_too_long() -> None:
    long = {
        f"{short(path)}:{function.name}": length(function)
        for path in files(".py", *CODE, "tests")
        for function in functions(path)
        if length(function) > FUNCTION_LINES
    }
    assert long == {}


def test_a_job_only_calls_a_service() -> None:
    long = {
        f"{short(path)}:{function.name}": length(function)
        for path in files(".py", "jobs")
        if path.name not in {"worker.py", "life.py"}
        for function in functions(path)
        if length(function) > JOB_LINES
    }
    assert long == {}


def _cap(path: Path) -> int:
    if path.name.endswith(TEMPLATE) and "{% extends" not in path.read_text(encoding="utf-8"):
        return PARTIAL_LINES
    return next(cap for suffix, cap in FILE_LINES.items() if path.name.endswith(suffix))
