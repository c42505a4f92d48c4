"""Keyset cursors: the last row's sort key, opaque to clients, checked when it comes back."""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import msgspec

from app.core.errors import BadCursor, Problem

T = TypeVar("T")


def encode(*key: Any) -> str:
    """Return the cursor for a row whose sort key is `key`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def decode(cursor: str, kind: type[T]) -> T:
    """Return the sort key in `cursor` as the tuple type `kind`; raises BadCursor for anything else."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=kind)
    except (binascii.Error, ValueError, msgspec.DecodeError, msgspec.ValidationError) as error:
        wrong = [Problem("#query/cursor", "is not a cursor of this list")]
        raise BadCursor(wrong, "That page of the list is not there; please begin at the first one") from error
