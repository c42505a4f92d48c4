"""One request, one effect: the key a client gives, and what the request was."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.core.errors import Conflict, Malformed

T = TypeVar("T")
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Key:
    """A client's idempotency key, and the hash of the body it came with."""

    client: str
    value: str
    body_hash: bytes

    @classmethod
    def of(cls, client: str, value: str | None, body: bytes) -> Key | None:
        """Return the key, None when the client gave none; raises Malformed for an impossible one."""
        if value is None:
            return None
        if not 1 <= len(value) <= LONGEST_KEY or not (value.isascii() and value.isprintable()):
            message = f"Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters"
            raise Malformed(message)
        return cls(client, value, hashlib.sha256(body).digest())


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a service did, or had done already when `replayed`."""

    value: T
    replayed: bool = False


class AlreadyAnswered(Conflict):
    """This key has an answer; `app.services.once` gives it again."""

    code, title = "already-answered", "This request was answered before"
