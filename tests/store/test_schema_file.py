"""The schema file says what the migrations make."""

from __future__ import annotations

from tools.schema import FILE, schema


def test_the_schema_file_is_what_the_migrations_make() -> None:
    assert FILE.read_text() == schema(), "run `make schema`"
