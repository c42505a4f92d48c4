"""Nothing stays that nobody uses. The linter looks within a file, this test from one to the other."""

from __future__ import annotations

import ast
from functools import cache
from typing import TYPE_CHECKING

from tests.house.files import files, short

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USERS = ("app", "jobs", "tables", "bench", "chaos", "piccolo_conf.py")
# Asked for by name from outside of Python, or there for the tests: a twin, what they forget, what they decide about.
KEPT = {
    "app/gateways/event_bus.py": {"MemoryStream"},
    "app/main.py": {"create_app"},
    "app/sandbox/app.py": {"create_app"},
    "app/sandbox/company/__init__.py": {"__all__"},
    "app/services/capture_clients.py": {"forget_known"},
    "app/store/migration_conf.py": {"APP_REGISTRY"},
    "app/store/person_tables.py": {"LEFT_OUT", "PARTLY"},
}


def test_every_name_of_a_module_is_used_by_the_program() -> None:
    asked = {pair for path in files(".py", *USERS) for pair in _asked(path)}
    idle = [
        f"{short(path)}: {name}"
        for path in files(".py", "app")
        if path.parent.name != "commands"  # click finds those
        for name in _made(path) - _read(path) - KEPT.get(short(path), set())
        if (_module(path), name) not in asked
    ]
    assert idle == []


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _module(path: Path) -> str:
    return short(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _made(path: Path) -> set[str]:
    """Return the names that a module makes."""
    body = _tree(path).body
    made = {
        each.name for each in body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    targets = [each.target for each in body if isinstance(each, ast.AnnAssign)]
    targets += [target for each in body if isinstance(each, ast.Assign) for target in each.targets]
    return made | {target.id for target in targets if isinstance(target, ast.Name)}


def _read(path: Path) -> set[str]:
    """Return the names that a module reads of its own."""
    names = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


def _asked(path: Path) -> Iterator[tuple[str, str]]:
    """Yield what a file takes from which module: by its name, or as `module.name`."""
    modules: dict[str, str] = {}
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            for each in node.names:
                yield node.module, each.name
                modules[each.asname or each.name] = f"{node.module}.{each.name}"
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr
