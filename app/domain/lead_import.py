"""A table of leads that somebody brings: its lines, which column is what, and how far it has come."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.core.errors import Conflict, Malformed, Problem
from app.domain.export import restored
from app.domain.scoring.table import decode, find_delimiter
from app.domain.text import normalise_email

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 200_000
MOST_CELLS: Final = 4_000_000
LONGEST_NAME: Final = 100
ANSWER: Final = "answer"
PHONE: Final = "phone"
VALUE: Final = "value"
# What a column can be, with its label; `answer` keeps a column as the answer to a question of its name.
TARGETS: Final = {
    "name": "Name", "first_name": "First name", "last_name": "Last name", "email": "E-mail",
    PHONE: "Phone", "company": "Company", "job_title": "Job title",
    "country": "Country", "message": "Message", VALUE: "Expected value", "source": "Source", "form_id": "Form",
    "campaign_source": "Campaign source", "campaign_medium": "Campaign medium",
    "campaign_name": "Campaign name", ANSWER: "An answer",
}  # fmt: skip
# In the order in which they are written: a column Name beside one of the parts is often the other part.
NAMES: Final = ("first_name", "name", "last_name")
KNOWN_AS: Final = {
    "name": ("name", "full name", "contact", "contact name", "person", "kontakt", "nom"),
    "first_name": ("first name", "firstname", "given name", "forename", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nachname", "familienname"),
    "email": ("email", "e mail", "mail", "email address", "e mail address", "work email"),
    PHONE: ("phone", "telephone", "tel", "mobile", "phone number", "telefon"),
    "company": ("company", "organisation", "organization", "account", "firma", "company name"),
    "job_title": ("job title", "title", "position", "role"),
    "country": ("country", "land", "pays"),
    "message": ("message", "notes", "note", "comment", "description"),
    VALUE: (
        "value", "expected value", "deal value", "lead value", "amount", "deal amount", "deal size",
        "expected revenue", "wert", "erwarteter wert", "auftragswert", "betrag", "umsatz", "erwarteter umsatz",
        "volumen", "auftragsvolumen",
    ),
    "source": ("source", "lead source", "origin", "lead origin"),
    "form_id": ("form", "form id"),
    "campaign_source": ("utm source", "campaign source"),
    "campaign_medium": ("utm medium", "campaign medium"),
    "campaign_name": ("utm campaign", "campaign", "campaign name"),
}  # fmt: skip
STATUSES: Final = {
    "uploaded": "Ready to map", "checking": "Trying", "checked": "Tried", "running": "Importing", "done": "Done",
    "cancelled": "Cancelled",
}  # fmt: skip
OUTCOMES: Final = {"created": "New lead", "merged": "Joins an open lead", "refused": "Refused"}


class NotNow(Conflict):
    """The import is in another state than this needs."""

    code, title = "import-not-ready", "This import is not at that point"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as columns and lines; missing cells are empty, and those beyond the columns stay with their line."""

    columns: tuple[str, ...]
    lines: list[list[str]]
    numbers: list[int] = field(default_factory=list[int], compare=False)
    """Where each line stands in a spreadsheet, which shows empty ones too."""


@dataclass(frozen=True, slots=True)
class Import:
    """An import and how far it has come."""

    id: UUID
    file_name: str
    columns: tuple[str, ...]
    mapping: tuple[str, ...]
    status: str
    total: int
    created_by_id: str
    created_by: str
    created_at: datetime
    forecast: dict[str, int] = field(default_factory=dict[str, int])
    outcome: dict[str, int] = field(default_factory=dict[str, int])

    @property
    def status_label(self) -> str:
        """How it stands, in words."""
        return STATUSES[self.status]

    @property
    def under_way(self) -> bool:
        """True while a worker has lines to look at."""
        return self.status in {"checking", "running"}

    @property
    def can_be_discarded(self) -> bool:
        """True while nothing was taken in and no worker looks at it."""
        return self.status in {"uploaded", "checked", "cancelled"} and not self.outcome

    @property
    def counts(self) -> dict[str, int]:
        """The lines by what would become of them, or what became of them."""
        return self.outcome if self.status in {"running", "done"} or self.outcome else self.forecast

    @property
    def done(self) -> int:
        """How many lines the worker has looked at in this round."""
        return sum((self.outcome if self.status in {"running", "done"} else self.forecast).values())


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells while they are kept, what became of it, and whose lead that is."""

    line: int
    cells: tuple[str, ...]
    forecast: str | None
    outcome: str | None
    problems: tuple[Problem, ...]
    lead_id: UUID | None
    customer_name: str | None = None


def read_sheet(raw: bytes) -> Sheet:
    """Read a CSV file of any usual kind; raises Malformed for what is none, or too large."""
    delimiter, text = find_delimiter(decode(raw).replace("\0", "\N{REPLACEMENT CHARACTER}"))
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    numbered = ((number, line) for number, line in enumerate(reader, 1) if any(line))
    try:
        _, header = next(numbered, (1, [""]))
        if len(header) > MOST_COLUMNS:
            raise Malformed(f"The file has {len(header):,} columns; {MOST_COLUMNS} are the most")
        if any(normalise_email(name.strip()) for name in header if "@" in name):
            raise Malformed(
                "The first line holds an e-mail address; please put the names of the columns above it"
            )
        numbers, lines = _read_lines(numbered, len(header))
    except csv.Error as error:
        raise Malformed(f"The file is not a CSV table: {error}") from error
    if not lines:
        raise Malformed("The file has no line of data below its header")
    names = (" ".join(restored(name).split())[:LONGEST_NAME] for name in header)
    return Sheet(tuple(name or f"Column {place}" for place, name in enumerate(names, 1)), lines, numbers)


def _read_lines(numbered: Iterator[tuple[int, list[str]]], usual: int) -> tuple[list[int], list[list[str]]]:
    numbers: list[int] = []
    lines: list[list[str]] = []
    cells = 0
    for number, line in numbered:
        while len(line) > usual and not line[-1].strip():
            line.pop()
        numbers.append(number)
        lines.append([restored(cell) for cell in line])
        cells += len(lines[-1])
        if len(lines) > MOST_ROWS:
            raise Malformed(f"The file has more than {MOST_ROWS:,} lines; please split it")
        if cells > MOST_CELLS:
            raise Malformed(f"The file has more than {MOST_CELLS:,} cells; please split it")
    return numbers, lines


def guess_mapping(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Return what each column probably is; no two are the same, and what is unknown is left out."""
    taken: set[str] = set()
    found: list[str] = []
    for column in columns:
        words = " ".join(re.split(r"[^a-z]+", column.casefold())).strip()
        target = next((name for name, known in KNOWN_AS.items() if words in known and name not in taken), "")
        taken.add(target)
        found.append(target)
    return tuple(found)


def find_faults(mapping: tuple[str, ...]) -> list[Problem]:
    """Return why leads cannot be made by this mapping."""
    found = [
        Problem("#/mapping", f"needs a column for {TARGETS[names[0]]}")
        for names in (("name", *NAMES), ("email",))
        if not set(names) & set(mapping)
    ]
    found += [
        Problem("#/mapping", f"has two columns for {label}")
        for name, label in TARGETS.items()
        if name not in {ANSWER, *NAMES} and mapping.count(name) > 1
    ]
    return found + [
        Problem("#/mapping", "has an unknown field") for name in mapping if name not in {"", *TARGETS}
    ]
