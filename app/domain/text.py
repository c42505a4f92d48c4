"""Clean values from outside: text trimmed and normalised, times in UTC, and every problem collected."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email

from app.core.errors import Invalid, Problem
from app.domain.characters import MOST_MARKS, has_control_characters, stacks_marks, without_invisible

LONGEST_EMAIL: Final = 254
MOST_COMPOSED: Final = 4  # NFC makes one character of four at most: a longer text stays too long


class Checker:
    """Cleans values and collects what is wrong with them; `finish` raises all of it at once."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []

    def note(self, pointer: str, detail: str) -> None:
        """Note a problem."""
        self._problems.append(Problem(pointer, detail))

    def require(self, pointer: str, detail: str, *, ok: bool) -> None:
        """Note a problem unless it is `ok`."""
        if not ok:
            self.note(pointer, detail)

    def text(self, pointer: str, value: str, longest: int, *, required: bool = False) -> str:
        """Return the value trimmed, in NFC, with plain line breaks; empty when it may not be."""
        if has_control_characters(value):
            self.note(pointer, "must not contain control characters")
            return ""
        typed = value.replace("\r\n", "\n").replace("\r", "\n").strip()[: MOST_COMPOSED * longest + 1]
        if stacks_marks(typed):
            self.note(pointer, f"must not have more than {MOST_MARKS} marks on one character")
            return ""
        clean = unicodedata.normalize("NFC", typed)
        self.require(pointer, "is required", ok=bool(clean) or not required)
        self.require(pointer, f"must have at most {longest:,} characters", ok=len(clean) <= longest)
        return clean if len(clean) <= longest else ""

    def email(self, pointer: str, value: str) -> tuple[str, str]:
        """Return the address as it is shown, and the form by which it is the same as another."""
        clean = self.text(pointer, without_invisible(value), LONGEST_EMAIL, required=True)
        normal = normalise_email(clean)
        self.require(pointer, "is not an e-mail address", ok=normal is not None or not clean)
        return clean, normal or ""

    def moment(self, pointer: str, at: datetime | None) -> datetime | None:
        """Return a time in UTC; None for none, and for what is noted as one that nobody can place."""
        if at is None:
            return None
        if at.tzinfo is None:
            self.note(pointer, "must say its offset from UTC")
            return None
        try:
            return at.astimezone(UTC)
        except OverflowError:
            self.note(pointer, "is beyond the calendar")
            return None

    def finish(self) -> None:
        """Raise Invalid with everything noted, if anything was."""
        if self._problems:
            raise Invalid(self._problems)


def normalise_email(email: str) -> str | None:
    """Return the form that all spellings of one address share, or None when it is no address.

    IDNA domain, NFC, case folded. The local part too: providers do not tell case apart, whatever RFC 5321 §2.4 allows.
    """
    if len(email) > LONGEST_EMAIL:  # Marks upon marks in it would take seconds to put in order.
        return None
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return f"{checked.local_part}@{checked.ascii_domain}".casefold()
