"""How a customer is reached, and which of it people may correct: what the SSO answers for is not theirs to change."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from typing import Final

from app.core.errors import Conflict, Invalid
from app.domain.capture import SHORT_FIELDS
from app.domain.characters import without_invisible
from app.domain.sso_events import Email
from app.domain.text import Checker

LABELS: Final = {
    "name": "Name", "email": "E-mail", "phone": "Phone", "company": "Company", "job_title": "Job title",
    "country": "Country",
}  # fmt: skip
FROM_SSO: Final = ("name", "email")
LONGEST_NAME: Final = 200
FEWEST_DIGITS: Final = 3
# What people write around digits and between two numbers, and an extension.
_PHONE: Final = re.compile(r"[0-9+()/.,;\- ]+((ext\.?|x|#)[0-9 ]+)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Contact:
    """What is known of how to reach a customer; empty for what is not."""

    name: str
    email: str
    phone: str
    company: str
    job_title: str
    country: str

    def fields(self) -> dict[str, str]:
        """Return each field on one line, as a form shows it: forms of the website let line breaks in."""
        return {name: " ".join(value.splitlines()).strip() for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class ContactWish:
    """What somebody wants a contact to be, who saw it as it was: what they left alone is not wished for."""

    seen: Contact
    wanted: dict[str, str]
    email: Email | None

    def changes(self, known: Contact, *, has_account: bool) -> dict[str, tuple[str, str]]:
        """Return old and new of each field that becomes another.

        Raises Conflict for what somebody else changed meanwhile, and for what the SSO answers for.
        """
        seen, now = self.seen.fields(), known.fields()
        changed = {name: (now[name], new) for name, new in self.wanted.items() if now[name] != new}
        if has_account and not changed.keys().isdisjoint(FROM_SSO):
            raise Conflict("Name and e-mail follow the company sign-in; nothing was changed")
        lost = [LABELS[name] for name in changed if now[name] != seen[name]]
        if lost:
            raise Conflict(f"Somebody changed this meanwhile: {', '.join(lost)}. Nothing was saved yet")
        return changed


def check_contact(seen: Contact, typed: Contact) -> ContactWish:
    """Return what of the contact is to change, clean; raises Invalid with every problem. What stays is not judged."""
    checker, before = Checker(), seen.fields()
    wanted = {name: value for name, value in typed.fields().items() if value != before[name]}
    clean = {name: _clean(checker, name, value) for name, value in wanted.items() if name != "email"}
    email = None
    if "email" in wanted:
        clean["email"], norm = checker.email("#/email", wanted["email"])
        email = Email(clean["email"], norm)
    checker.finish()
    return ContactWish(seen, clean, email)


def check_phone(checker: Checker, pointer: str, typed: str) -> str:
    """Return a number somebody typed, in plain digits, spaces and hyphens; notes what nobody could dial."""
    visible = checker.text(pointer, without_invisible(typed), SHORT_FIELDS["phone"])
    text = unicodedata.normalize("NFKC", visible)
    clean = "".join("-" if unicodedata.category(each) == "Pd" else each for each in text)
    digits = sum(each.isdigit() for each in clean)
    right = _PHONE.fullmatch(clean) is not None and digits >= FEWEST_DIGITS
    checker.require(pointer, "is not a phone number, such as +49 30 123456", ok=right or not clean)
    return clean


def dialable(typed: str) -> str:
    """Return a number as `check_phone` does; empty for what nobody could dial."""
    try:
        checker = Checker()
        clean = check_phone(checker, "#/phone", typed)
        checker.finish()
    except Invalid:
        return ""
    return clean


def _clean(checker: Checker, name: str, typed: str) -> str:
    if name == "phone":
        return check_phone(checker, "#/phone", typed)
    if name == "name":
        return checker.text("#/name", typed, LONGEST_NAME, required=True)
    return checker.text(f"#/{name}", typed, SHORT_FIELDS[name])
