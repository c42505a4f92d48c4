"""A report's figures written: for people, and for spreadsheets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from app.domain.export import BYTE_ORDER_MARK, csv_lines
from app.domain.report import Days, Rate
from app.web import formats

if TYPE_CHECKING:
    from app.domain.report import Cell, Column, Table


def figure(cell: Cell, currency: str = "") -> str:
    """Write a figure for people; a dash where there is none."""
    if isinstance(cell, Rate):
        return "–" if cell.percent is None else f"{cell.percent}\N{NO-BREAK SPACE}%"
    if isinstance(cell, Days):
        return "–" if cell.number is None else f"{cell.number:,.1f}\N{NO-BREAK SPACE}d"
    if isinstance(cell, Decimal):
        return formats.amount(cell, currency)
    if isinstance(cell, date):
        return f"{cell:%b %Y}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def as_csv(table: Table) -> str:
    """Write the table as a file for spreadsheets, numbers without signs and their units above them."""
    rows = (*table.rows, *table.sums)
    heading = [_heading(column) for column in table.columns]
    return BYTE_ORDER_MARK + csv_lines([heading, *([_plain(cell) for cell in row] for row in rows)])


def _heading(column: Column) -> str:
    return f"{column.label} ({column.unit})" if column.unit else column.label


def _plain(cell: Cell) -> str:
    if isinstance(cell, Rate):
        return "" if cell.percent is None else str(cell.percent)
    if isinstance(cell, Days):
        return "" if cell.number is None else f"{cell.number:.2f}"
    if isinstance(cell, Decimal):
        return f"{cell:.2f}"
    return f"{cell:%Y-%m}" if isinstance(cell, date) else str(cell)
