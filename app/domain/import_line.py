"""A line of an imported table: who it is about, and what the deal may bring."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from app.contracts.lead_capture import LeadCapture
from app.domain.amounts import read_amount
from app.domain.capture import Submission, check_capture
from app.domain.contact import dialable
from app.domain.deal import check_value
from app.domain.lead_import import ANSWER, NAMES, PHONE, VALUE
from app.domain.scoring.table import MISSING
from app.domain.text import Checker

if TYPE_CHECKING:
    from datetime import datetime

    from app.domain.lead_import import Import


_TOO_MANY: Final = "has more cells than the header has columns. A text with a separator in it needs quotes"


@dataclass(frozen=True, slots=True)
class Line:
    """A clean line; `value` is None where the table says none."""

    contact: Submission
    value: Decimal | None


def read_line(found: Import, cells: tuple[str, ...], currency: str, now: datetime) -> Line:
    """Return a line as the import's mapping reads it; raises Invalid with everything that is wrong.

    Cells that no column stands above have often moved: a comma in a text without quotes. Then none of them is right.
    """
    checker = Checker()
    checker.require("#/line", _TOO_MANY, ok=len(cells) <= len(found.columns))
    checker.finish()
    contact = check_capture(checker, _to_capture(found, cells), now)
    typed = dict(zip(found.mapping, cells, strict=True)).get(VALUE, "").strip()
    value = _read_value(checker, typed, currency)
    checker.finish()
    return Line(contact, value)


def _read_value(checker: Checker, typed: str, currency: str) -> Decimal | None:
    try:
        return check_value(checker, read_amount(typed, currency) if typed else None)
    except ValueError as error:
        checker.note("#/value", f"is no clear amount. {error}")
        return None


def _compose_name(found: Import, cells: tuple[str, ...]) -> str:
    """Return the parts of a name, first names first; the whole name alone where it has the other parts in it."""
    columns = tuple(zip(found.mapping, cells, strict=True))
    parts = {
        name: [word for target, cell in columns if target == name for word in cell.split()] for name in NAMES
    }
    words = [word for part in parts.values() for word in part]
    whole = {word.casefold() for word in parts["name"]}
    return " ".join(parts["name"] if whole >= {word.casefold() for word in words} else words)


def _to_capture(found: Import, cells: tuple[str, ...]) -> LeadCapture:
    values = {
        target: cell.strip()
        for target, cell in zip(found.mapping, cells, strict=True)
        if target not in {"", ANSWER, VALUE, *NAMES} and cell.strip()
    }
    campaign = {name: values.pop(f"campaign_{name}", "") for name in ("source", "medium", "name")}
    answers = {
        column: cell.strip()
        for column, target, cell in zip(found.columns, found.mapping, cells, strict=True)
        if target == ANSWER and cell.strip()
    }
    typed = values.get(PHONE, "")
    values[PHONE] = dialable(typed)
    # What nobody can dial is no number, but may say how somebody is reached: it stays as an answer.
    if not values[PHONE] and typed.casefold() not in MISSING:
        answers.setdefault(found.columns[found.mapping.index(PHONE)], typed)
    return msgspec.convert(
        {
            "name": _compose_name(found, cells),
            "email": "",
            "source": "import",
            **values,
            "campaign": campaign if any(campaign.values()) else None,
            "answers": answers,
        },
        LeadCapture,
    )
