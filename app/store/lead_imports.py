"""Imports and their lines: kept at once, taken in batch by batch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.errors import NotFound, Problem
from app.domain.lead_import import Import, Row, Sheet
from app.store.rows import to_json
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.viewer import Viewer

CHUNK: Final = 5000
RECENT: Final = 20
_IMPORT = """
    SELECT lead_import.id, file_name, columns, mapping, status, total, created_by_id,
        coalesce(staff.name, created_by_id) AS created_by, lead_import.created_at
    FROM lead_import LEFT JOIN staff ON staff.id = created_by_id WHERE $1::text IS NOT NULL"""
_ROW = "line, cells, forecast, outcome, problems, lead_id"
# Asked of the customer and not kept with the line, so that erasing a person leaves no name here.
_NAME = """(SELECT customer.name FROM lead JOIN customer ON customer.id = lead.customer_id
    WHERE lead.id = lead_import_row.lead_id) AS customer_name"""
_WRITE = """
    UPDATE lead_import_row AS row SET {column} = new.outcome, problems = new.problems,
        email_norm = new.email, lead_id = coalesce(new.lead, row.lead_id),
        cells = CASE WHEN new.lead IS NULL THEN row.cells END
    FROM unnest($3::int[], $4::text[], $5::jsonb[], $6::text[], $7::uuid[])
        AS new(line, outcome, problems, email, lead)
    WHERE $1::text IS NOT NULL AND row.import_id = $2 AND row.line = new.line"""
# An e-mail of an open lead, or of an earlier line of the same file, will be joined.
_EXPECTED = """
    SELECT asked.email FROM unnest($2::text[]) AS asked(email)
    WHERE $1::text IS NOT NULL AND (
        EXISTS (SELECT FROM customer JOIN lead ON lead.closed_at IS NULL
                AND lead.customer_id = coalesce(customer.merged_into_id, customer.id)
            WHERE customer.email_norm = asked.email)
        OR EXISTS (SELECT FROM lead_import_row WHERE import_id = $3 AND email_norm = asked.email))"""


async def insert_import(viewer: Viewer, new: Import, sheet: Sheet) -> None:
    """Keep a file's lines, to be mapped."""
    await connection().execute(
        "INSERT INTO lead_import (id, file_name, columns, mapping, status, total, created_by_id, created_at,"
        " updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        new.id,
        new.file_name,
        to_json(new.columns),
        to_json(new.mapping),
        new.status,
        len(sheet.lines),
        viewer.id,
        new.created_at,
    )
    for start in range(0, len(sheet.lines), CHUNK):
        part = slice(start, start + CHUNK)
        await connection().execute(
            "INSERT INTO lead_import_row (import_id, line, cells)"
            " SELECT $1, line, cells FROM unnest($2::int[], $3::jsonb[]) AS given(line, cells)",
            new.id,
            sheet.numbers[part],
            [to_json(line) for line in sheet.lines[part]],
        )


async def read_import(viewer: Viewer, import_id: UUID, *, lock: str = "") -> Import:
    """Return an import with its counts; raises NotFound."""
    row = await connection().fetchrow(f"{_IMPORT} AND lead_import.id = $2 {lock}", viewer.id, import_id)
    if row is None:
        raise NotFound
    return _to_import(row, await _counts(viewer, import_id))


async def list_imports(viewer: Viewer) -> list[Import]:
    """Return the newest imports, without counts."""
    rows = await connection().fetch(
        f"{_IMPORT} ORDER BY lead_import.created_at DESC LIMIT {RECENT}", viewer.id
    )
    return [_to_import(row, []) for row in rows]


async def claim_due(viewer: Viewer) -> Import | None:
    """Lock the import that has waited longest for a worker; None when none does, or another has it."""
    row = await connection().fetchrow(
        f"{_IMPORT} AND status IN ('checking', 'running') ORDER BY lead_import.updated_at LIMIT 1"
        " FOR NO KEY UPDATE OF lead_import SKIP LOCKED",
        viewer.id,
    )
    return None if row is None else _to_import(row, [])


async def set_status(viewer: Viewer, import_id: UUID, status: str, at: datetime) -> None:
    """Say at which point the import is."""
    await connection().execute(
        "UPDATE lead_import SET status = $3, updated_at = $4 WHERE $1::text IS NOT NULL AND id = $2",
        viewer.id,
        import_id,
        status,
        at,
    )


async def delete_import(viewer: Viewer, import_id: UUID) -> None:
    """Delete an import and its lines."""
    for table, key in (("lead_import_row", "import_id"), ("lead_import", "id")):
        await connection().execute(
            f"DELETE FROM {table} WHERE $1::text IS NOT NULL AND {key} = $2", viewer.id, import_id
        )


async def set_mapping(viewer: Viewer, import_id: UUID, mapping: Sequence[str]) -> None:
    """Say what each column is; what an earlier try found no longer counts."""
    await connection().execute(
        "UPDATE lead_import SET mapping = $3 WHERE $1::text IS NOT NULL AND id = $2",
        viewer.id,
        import_id,
        to_json(mapping),
    )
    await connection().execute(
        "UPDATE lead_import_row SET forecast = NULL, problems = '[]', email_norm = NULL"
        " WHERE $1::text IS NOT NULL AND import_id = $2 AND forecast IS NOT NULL AND outcome IS NULL",
        viewer.id,
        import_id,
    )


async def next_rows(viewer: Viewer, import_id: UUID, column: str, limit: int) -> list[Row]:
    """Return the next lines whose `column` (forecast or outcome) is not known yet."""
    rows = await connection().fetch(
        f"SELECT {_ROW}, NULL AS customer_name FROM lead_import_row"
        f" WHERE $1::text IS NOT NULL AND import_id = $2 AND {column} IS NULL ORDER BY line LIMIT $3",
        viewer.id,
        import_id,
        limit,
    )
    return [_to_row(row) for row in rows]


async def list_rows(viewer: Viewer, import_id: UUID, outcome: str, after: int, limit: int) -> list[Row]:
    """Return a page of lines in their order, all or those of one outcome (or forecast, before it ran)."""
    rows = await connection().fetch(
        f"SELECT {_ROW}, {_NAME} FROM lead_import_row"
        " WHERE $1::text IS NOT NULL AND import_id = $2 AND line > $3"
        " AND ($4 = '' OR coalesce(outcome, forecast) = $4) ORDER BY line LIMIT $5",
        viewer.id,
        import_id,
        after,
        outcome,
        limit,
    )
    return [_to_row(row) for row in rows]


async def expected_to_join(viewer: Viewer, import_id: UUID, emails: Sequence[str]) -> set[str]:
    """Return which of these e-mails will join an open lead."""
    rows = await connection().fetch(_EXPECTED, viewer.id, list(emails), import_id)
    return {row["email"] for row in rows}


async def write_rows(viewer: Viewer, import_id: UUID, column: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write what became of lines: (line, outcome, problems, e-mail, lead). Imported cells are let go."""
    lines, outcomes, problems, emails, leads = (list(part) for part in zip(*rows, strict=True))
    await connection().execute(
        _WRITE.format(column=column),
        viewer.id,
        import_id,
        lines,
        outcomes,
        [to_json(some) for some in problems],
        emails,
        leads,
    )


async def _counts(viewer: Viewer, import_id: UUID) -> list[Mapping[str, Any]]:
    return await connection().fetch(
        "SELECT forecast, outcome, count(*) AS number FROM lead_import_row"
        " WHERE $1::text IS NOT NULL AND import_id = $2 GROUP BY forecast, outcome",
        viewer.id,
        import_id,
    )


def _to_import(row: Mapping[str, Any], counts: Sequence[Mapping[str, Any]]) -> Import:
    found: dict[str, dict[str, int]] = {"forecast": {}, "outcome": {}}
    for count in counts:
        for column, sums in found.items():
            if count[column] is not None:
                sums[count[column]] = sums.get(count[column], 0) + count["number"]
    return Import(
        row["id"],
        row["file_name"],
        msgspec.json.decode(row["columns"], type=tuple[str, ...]),
        msgspec.json.decode(row["mapping"], type=tuple[str, ...]),
        row["status"],
        row["total"],
        row["created_by_id"],
        row["created_by"],
        row["created_at"],
        **found,
    )


def _to_row(row: Mapping[str, Any]) -> Row:
    return Row(
        row["line"],
        msgspec.json.decode(row["cells"] or "[]", type=tuple[str, ...]),
        row["forecast"],
        row["outcome"],
        msgspec.json.decode(row["problems"], type=tuple[Problem, ...]),
        row["lead_id"],
        row["customer_name"],
    )
