"""Which columns of a table may be learned from, and what is wrong with the others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.core.errors import Malformed
from app.domain.scoring.fields import is_denied
from app.domain.scoring.table import to_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.scoring.table import Table

ID_NAME: Final = re.compile(r"(^|[^a-z])(id|uuid|guid|number|no|nr|index|row|key)($|[^a-z])", re.IGNORECASE)
MOSTLY: Final = 0.5


def choose_columns(
    table: Table, wanted: Sequence[str], taken: Sequence[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the columns to learn from, and why not the others; raises Malformed for unknown names."""
    known = {name for name in table.columns if name}
    if unknown := [name for name in (*wanted, *taken) if name not in known]:
        raise Malformed(f"The file has no column {', '.join(map(repr, unknown))}")
    asked = list(dict.fromkeys(wanted or (name for name in table.columns if name and name not in taken)))
    faults = {name: _fault(table, name, taken, by_name=bool(wanted)) for name in asked}
    left_out = {name: fault for name, fault in faults.items() if fault}
    chosen = tuple(name for name in asked if name not in left_out)
    if not chosen:
        raise Malformed("No column is left to learn from")
    return chosen, left_out


def _fault(table: Table, name: str, taken: Sequence[str], *, by_name: bool) -> str:
    """Say what is wrong with a column, if anything; one that was asked for is only judged by its name."""
    if name in taken:
        return "is the target or the time"
    if is_denied(name):
        return "personal, or known only after the capture"
    return "" if by_name else _looks_unique(name, table.column(name))


def _looks_unique(name: str, cells: Sequence[str]) -> str:
    values = [value for value in map(to_value, cells) if value is not None]
    if not values:
        return "empty"
    spread = len(set(values)) / len(values)
    words = sum(isinstance(value, str) for value in values) / len(values)
    if spread > MOSTLY and (words > MOSTLY or ID_NAME.search(name)):
        return "an identifier or free text"
    return ""
