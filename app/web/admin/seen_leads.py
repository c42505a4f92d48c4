"""Which leads a preview showed, and in which version, in one hidden field: what was looked at is what is moved."""

from __future__ import annotations

import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Final
from uuid import UUID

from app.core.errors import Invalid, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAD: Final = struct.Struct(">16sI")


def pack(leads: Iterable[tuple[UUID, int]]) -> str:
    """Return the ids and versions as text of 27 characters a lead."""
    return urlsafe_b64encode(b"".join(_LEAD.pack(id_.bytes, version) for id_, version in leads)).decode()


def unpack(text: str) -> dict[UUID, int]:
    """Return what was packed, in its order; raises Invalid for what never was."""
    try:
        packed = urlsafe_b64decode(text.encode("ascii"))
        found = {UUID(bytes=id_): version for id_, version in _LEAD.iter_unpack(packed)}
    except (ValueError, struct.error) as error:
        raise Invalid([Problem("#/leads", "could not be read: please look at them again")]) from error
    if any(version >= 1 << 31 for version in found.values()):
        raise Invalid([Problem("#/leads", "could not be read: please look at them again")])
    return found
