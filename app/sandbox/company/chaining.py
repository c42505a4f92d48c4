"""A customer's entries as rows, chained as the database's own trigger would chain them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.domain.chain import Link, canonical

if TYPE_CHECKING:
    from datetime import datetime

    from app.sandbox.company.draw import Draw
    from app.sandbox.company.story import Entry

Row = dict[str, Any]
SALT_BYTES: Final = 16
LENGTH_OF_TIME: Final = len("2026-11-22T00:00:00.000000")


@dataclass(slots=True)
class Chain:
    """One customer's chain: how many entries it has, and the hash of the last."""

    customer_id: str
    recorded_at: str
    seq: int = 0
    head: bytes | None = None

    def add(self, draw: Draw, lead_id: str | None, entry: Entry) -> tuple[Row, Row | None]:
        """Return the row of the next entry, and that of its words where it has any."""
        activity_id = draw.id_at(entry.at)
        text = self._words(draw, activity_id, entry) if entry.text else None
        link = Link(
            id=activity_id,
            customer_id=self.customer_id,
            lead_id=lead_id,
            seq=self.seq + 1,
            kind=entry.kind,
            actor_id=entry.actor_id,
            on_behalf_of=None,
            occurred_at=canonical_time(entry.at),
            recorded_at=self.recorded_at,
            data=jsonb_text(entry.data),
            commitment=_commitment(text) if text else None,
            corrects_id=None,
            prev_hash=self.head,
            hash=b"",
            salt=None,
            body=None,
        )
        self.seq, self.head = link.seq, hashlib.sha256(canonical(link).encode()).digest()
        row = link._asdict() | {"hash": self.head}
        del row["salt"], row["body"]
        return row, text

    def _words(self, draw: Draw, activity_id: str, entry: Entry) -> Row:
        salt, body = draw.randbytes(SALT_BYTES), msgspec.json.encode(entry.text).decode()
        return {"activity_id": activity_id, "customer_id": self.customer_id, "salt": salt, "body": body}


def canonical_time(at: datetime) -> str:
    """Return a moment of UTC as the canonical form writes it."""
    return at.isoformat(timespec="microseconds")[:LENGTH_OF_TIME] + "Z"


def jsonb_text(data: dict[str, str | int | None]) -> str:
    """Return facts as PostgreSQL writes a jsonb: shorter names first, then by letter."""
    facts = [f"{encode_basestring(name)}: {_value(data[name])}" for name in sorted(data, key=_rank)]
    return f"{{{', '.join(facts)}}}"


def _rank(name: str) -> tuple[int, str]:
    return len(name), name


def _value(value: str | int | None) -> str:
    if isinstance(value, str):
        return encode_basestring(value)
    return "null" if value is None else str(value)


def _commitment(text: Row) -> bytes:
    return hashlib.sha256(text["salt"] + text["body"].encode()).digest()
