"""A person's file: everything that is held about them, for themselves (GDPR Art. 15 and 20; docs/person-file.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.domain.text import normalise_email

if TYPE_CHECKING:
    from collections.abc import Collection

FORMAT: Final = "slyyfoxx-crm-person/1"
"""Says how to read the file. A field that is added changes nothing; one that goes or means something else does."""


def encode(record: dict[str, Any]) -> bytes:
    """Return a record as JSON for people and machines: times in UTC by RFC 3339, amounts and ids as strings."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2)


def is_theirs(form: str, addresses: Collection[str]) -> bool:
    """Say whether a form that names the person is their own: its e-mail, where it has one, is an address of theirs.

    `form` is the JSON that came, or a JSON string of what was no usable one. Somebody else's form may name them too.
    """
    email = _email_of(form)
    if not isinstance(email, str) or "@" not in email:
        return True
    return (normalise_email(email.strip()) or email.strip().casefold()) in addresses


class _Form(msgspec.Struct):
    email: Any = None


def _email_of(form: str) -> Any:
    try:
        said = msgspec.json.decode(form, type=_Form | str)
        return (msgspec.json.decode(said, type=_Form) if isinstance(said, str) else said).email
    except msgspec.MsgspecError:
        return None
