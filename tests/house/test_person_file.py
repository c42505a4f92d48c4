"""Of every column somebody has decided whether it is in a person's file, and the page explains what is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.domain.person_file import FORMAT
from app.store.person_tables import LEFT_OUT, PARTLY, SECTIONS
from tests.house.files import ROOT

if TYPE_CHECKING:
    import asyncpg

PAGE = (ROOT / "docs/person-file.md").read_text(encoding="utf-8")
DECIDE = "say in app/store/person_tables.py whether it is a person's"


def _decided() -> set[str]:
    """Return every column that is in the file or left out, as table.column."""
    shown = {column for section in SECTIONS for columns in section.columns.values() for column in columns}
    left = {f"{section.table}.{column}" for section in SECTIONS for column in section.left_out}
    return shown | left | {f"{table}.{column}" for table, columns in PARTLY.items() for column in columns}


async def test_every_column_is_in_the_file_or_left_out_for_a_reason(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT relname::text AS table, relname || '.' || attname AS column FROM pg_attribute
        JOIN pg_class ON pg_class.oid = attrelid
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND relname <> 'migration'
            AND attnum > 0 AND NOT attisdropped
    """)
    there = {row["column"] for row in rows if row["table"] not in LEFT_OUT}
    assert there - _decided() == set(), DECIDE
    assert _decided() - there == set(), "these are decided on and not there, or left out as whole tables too"
    assert set(LEFT_OUT) - {row["table"] for row in rows} == set()


async def test_no_table_that_names_a_customer_or_a_lead_is_left_out_unseen(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch("""
        SELECT DISTINCT relname::text AS table FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
            AND (attname IN ('customer_id', 'lead_id') OR EXISTS (SELECT FROM pg_constraint
                WHERE conrelid = attrelid AND contype = 'f' AND attnum = ANY(conkey)
                    AND confrelid IN ('customer'::regclass, 'lead'::regclass)))
    """)
    named = {row["table"] for row in rows}
    assert named & set(LEFT_OUT) == {"distinct_pair", "lead_words", "reassignment_lead"}, DECIDE


def test_every_reason_is_said() -> None:
    reasons = [*LEFT_OUT.values()]
    reasons += [reason for section in SECTIONS for reason in section.left_out.values()]
    reasons += [reason for columns in PARTLY.values() for reason in columns.values()]
    assert [reason for reason in reasons if len(reason.split()) < 3] == []


def test_the_page_explains_every_field() -> None:
    explained = {
        name: re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
        for name, part in re.findall(r"^## `(\w+)`$(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    }
    assert explained == {section.name: list(section.fields) for section in SECTIONS}
    assert FORMAT in PAGE
