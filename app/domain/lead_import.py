"""A table of leads that somebody brings: which column is what, and each line as a submission."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import datetime
from io import StringIO
from itertools import islice
from typing import Final
from uuid import UUID

import msgspec

from app.contracts.lead_capture import LeadCapture
from app.core.errors import Conflict, Malformed, Problem
from app.domain.scoring.table import DELIMITERS, decode

MOST_COLUMNS: Final = 200
MOST_ROWS: Final = 200_000
LONGEST_NAME: Final = 100
ANSWER: Final = "answer"
# What a column can be, with its label; `answer` keeps a column as the answer to a question of its name.
TARGETS: Final = {
    "name": "Name", "email": "E-mail", "phone": "Phone", "company": "Company", "job_title": "Job title",
    "country": "Country", "message": "Message", "source": "Source", "form_id": "Form",
    "campaign_source": "Campaign source", "campaign_medium": "Campaign medium",
    "campaign_name": "Campaign name", ANSWER: "An answer",
}  # fmt: skip
KNOWN_AS: Final = {
    "name": ("name", "full name", "contact", "contact name", "person", "kontakt", "nom"),
    "email": ("email", "e mail", "mail", "email address", "e mail address", "work email"),
    "phone": ("phone", "telephone", "tel", "mobile", "phone number", "telefon"),
    "company": ("company", "organisation", "organization", "account", "firma", "company name"),
    "job_title": ("job title", "title", "position", "role"),
    "country": ("country", "land", "pays"),
    "message": ("message", "notes", "note", "comment", "description"),
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
    """A file as columns and lines, all of the same length."""

    columns: tuple[str, ...]
    lines: list[list[str]]


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
    def counts(self) -> dict[str, int]:
        """The lines by what would become of them, or what became of them."""
        return self.outcome if self.status in {"running", "done"} or self.outcome else self.forecast

    @property
    def done(self) -> int:
        """How many lines the worker has looked at in this round."""
        return sum((self.outcome if self.status in {"running", "done"} else self.forecast).values())


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its cells while they are kept, and what became of it."""

    line: int
    cells: tuple[str, ...]
    forecast: str | None
    outcome: str | None
    problems: tuple[Problem, ...]
    lead_id: UUID | None


def read_sheet(raw: bytes) -> Sheet:
    """Read a CSV file of any usual kind; raises Malformed for what is none, or too large."""
    text = decode(raw).replace("\0", "\N{REPLACEMENT CHARACTER}").lstrip("\r\n")
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        header: list[str] = next(reader, [""])
        if len(header) > MOST_COLUMNS:
            raise Malformed(f"The file has {len(header):,} columns; {MOST_COLUMNS} are the most")
        lines = [
            [*line[: len(header)], *[""] * (len(header) - len(line))]
            for line in islice((line for line in reader if any(line)), MOST_ROWS + 1)
        ]
    except csv.Error as error:
        raise Malformed(f"The file is not a CSV table: {error}") from error
    if not lines:
        raise Malformed("The file has no line of data below its header")
    if len(lines) > MOST_ROWS:
        raise Malformed(f"The file has more than {MOST_ROWS:,} lines; please split it")
    names = (" ".join(name.split())[:LONGEST_NAME] for name in header)
    return Sheet(tuple(name or f"Column {place}" for place, name in enumerate(names, 1)), lines)


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
        Problem("#/mapping", f"needs a column for {TARGETS[name]}")
        for name in ("name", "email")
        if name not in mapping
    ]
    found += [
        Problem("#/mapping", f"has two columns for {label}")
        for name, label in TARGETS.items()
        if name != ANSWER and mapping.count(name) > 1
    ]
    return found + [
        Problem("#/mapping", "has an unknown field") for name in mapping if name not in {"", *TARGETS}
    ]


def to_capture(columns: tuple[str, ...], mapping: tuple[str, ...], cells: tuple[str, ...]) -> LeadCapture:
    """Return a line as the submission it stands for."""
    values = {
        target: cell.strip()
        for target, cell in zip(mapping, cells, strict=True)
        if target not in {"", ANSWER} and cell.strip()
    }
    campaign = {name: values.pop(f"campaign_{name}", "") for name in ("source", "medium", "name")}
    answers = {
        column: cell.strip()
        for column, target, cell in zip(columns, mapping, cells, strict=True)
        if target == ANSWER and cell.strip()
    }
    return msgspec.convert(
        {
            "name": "",
            "email": "",
            "source": "import",
            **values,
            "campaign": campaign if any(campaign.values()) else None,
            "answers": answers,
        },
        LeadCapture,
    )
