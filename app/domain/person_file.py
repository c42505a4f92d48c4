"""A person's file: everything that is held about them, for themselves (GDPR Art. 15 and 20; docs/person-file.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.domain.text import normalise_email

if TYPE_CHECKING:
    from collections.abc import Collection

FORMAT: Final = "slyyfoxx-crm-person/1"
"""Says how to read the file. A field that is added changes nothing; one that goes or means something else does."""
_CALLED_EMAIL: Final = re.compile(r'"email"\s*:\s*"([^"]*)"')


def encode(record: dict[str, Any]) -> bytes:
    """Return a record as JSON for people and machines: times in UTC by RFC 3339, amounts and ids as strings."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2)


def is_theirs(form: str, addresses: Collection[str]) -> bool:
    """Say whether a form that names the person is their own: its e-mail, where it has one, is an address of theirs.

    `form` is the JSON that came, or a JSON string of what was no usable one. Somebody else's form may name them too.
    """
    emails = _emails_of(form)
    return not emails or any((normalise_email(each) or each.casefold()) in addresses for each in emails)


class _Form(msgspec.Struct):
    email: Any = None


def _emails_of(form: str) -> list[str]:
    """Return the e-mail of a form; of what is no readable one, such as a body that broke off, what is called so."""
    try:
        said = msgspec.json.decode(form, type=_Form | str)
        if isinstance(said, str):
            form = said
            said = msgspec.json.decode(said, type=_Form)
        found: list[Any] = [said.email]
    except msgspec.MsgspecError:
        found = _CALLED_EMAIL.findall(form)
    return [each.strip() for each in found if isinstance(each, str) and "@" in each]
