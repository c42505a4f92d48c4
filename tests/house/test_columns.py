"""The tables in Python are the tables in the database."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from piccolo.columns import Serial
from piccolo.table import Table

from tests.house.files import ROOT

if TYPE_CHECKING:
    import asyncpg


def _tables() -> dict[str, type[Table]]:
    modules = [import_module(f"tables.{path.stem}") for path in (ROOT / "tables").glob("*.py")]
    named = [thing for module in modules for thing in vars(module).values() if isinstance(thing, type)]
    found = [thing for thing in named if issubclass(thing, Table) and thing.__module__.startswith("tables.")]
    return {table._meta.tablename: table for table in found}


async def test_every_column_is_in_both_places(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT table_name, array_agg(column_name::text) AS columns FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'migration' GROUP BY table_name
    """)
    there = {row["table_name"]: set(row["columns"]) for row in rows}
    assert {name: _columns(table, there.get(name, set())) for name, table in _tables().items()} == there


def test_no_column_hides_a_method_of_its_table() -> None:
    hidden = [
        f"{name}.{column._meta.name}"
        for name, table in _tables().items()
        for column in table._meta.columns
        if hasattr(Table, column._meta.name)
    ]
    assert hidden == []


def _columns(table: type[Table], there: set[str]) -> set[str]:
    """Piccolo adds an `id` of its own where no single column is the key; the database has none then."""
    ours = {column._meta.db_column_name for column in table._meta.columns}
    return ours - {"id"} if isinstance(table._meta.primary_key, Serial) and "id" not in there else ours
