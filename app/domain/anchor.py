"""A signed statement of where every chain ended: kept outside the database, it outlives a rewritten chain.

The file is one line of JSON (what was signed, and the signature), then a line a customer: id, entries, last hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.errors import CrmError
from app.domain.chain import Head

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMAT: Final = "crm-anchor-v1"


class BadAnchor(CrmError):
    """The file is no anchor, or not the one that was signed."""

    status, code, title = 422, "bad-anchor", "This is not an anchor of this CRM"


class Signed(msgspec.Struct, frozen=True):
    """The first line of an anchor file."""

    format: str
    at: str
    customers: int
    entries: int
    root: str
    public_key: str
    signature: str


class Recorded(NamedTuple):
    """An anchor as the database knows of it."""

    at: str
    root: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """An anchor with the chains' ends it vouches for, by customer."""

    signed: Signed
    heads: dict[str, Head]


class Signing:
    """An anchor in the making, which holds no more than a run of heads at once."""

    def __init__(self) -> None:
        """Begin without a head."""
        self._body = hashlib.sha256()
        self._customers = self._entries = 0

    def add(self, heads: Sequence[Head]) -> bytes:
        """Return the file's lines for the next heads, in the order of their customers' ids."""
        lines = "".join(f"{head.customer_id} {head.seq} {_hex(head.hash)}\n" for head in heads).encode()
        self._body.update(lines)
        self._customers += len(heads)
        self._entries += sum(head.seq for head in heads)
        return lines

    def sign(self, at: str, key: Ed25519PrivateKey) -> Signed:
        """Return the signed statement about all heads added."""
        root = self._body.hexdigest()
        public_key = key.public_key().public_bytes_raw().hex()
        signature = key.sign(_message(at, self._customers, self._entries, root)).hex()
        return Signed(FORMAT, at, self._customers, self._entries, root, public_key, signature)


def read_anchor(text: str, trusted_key: str | None) -> Anchor:
    """Return the anchor in a file's text; raises BadAnchor unless its root and signature fit.

    With a `trusted_key` (hex) only its signature counts; without, the file's own key: that shows no more than
    that the file is whole, so whoever keeps the file must be trusted.
    """
    first, _, body = text.partition("\n")
    try:
        signed = msgspec.json.decode(first, type=Signed)
        heads = [_read_head(line) for line in body.splitlines()]
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(trusted_key or signed.public_key))
        message = _message(signed.at, signed.customers, signed.entries, signed.root)
        public.verify(bytes.fromhex(signed.signature), message)
    except (msgspec.MsgspecError, ValueError, InvalidSignature) as error:
        raise BadAnchor("The anchor's signature is not this CRM's, or the file is damaged") from error
    if signed.format != FORMAT or hashlib.sha256(body.encode()).hexdigest() != signed.root:
        raise BadAnchor("The anchor's lines are not those that were signed")
    return Anchor(signed, {head.customer_id: head for head in heads})


def read_signed(line: bytes) -> Signed | None:
    """Return the first line of an anchor file, unverified; None when it is none."""
    try:
        signed = msgspec.json.decode(line, type=Signed)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return signed if signed.format == FORMAT else None


def unlike_the_files(recorded: Sequence[Recorded], kept: Sequence[Signed]) -> str | None:
    """Say which anchors that the database knows of are not among the files, or are others there; None when none is."""
    roots: dict[str, set[str]] = {}
    for signed in kept:
        roots.setdefault(signed.at, set()).add(signed.root)
    if missing := [row.at for row in recorded if row.at not in roots]:
        return (
            f"{len(missing)} of {len(recorded)} anchors in the database have no file here, the oldest of"
            f" {min(missing)}: deleted, or made on another host"
        )
    others = [row.at for row in recorded if row.root not in roots[row.at]]
    return f"the anchor of {min(others)} is another in the database than in its file" if others else None


def _read_head(line: str) -> Head:
    customer_id, seq, digest = line.split(" ")
    return Head(customer_id, int(seq), bytes.fromhex(digest))


def _message(at: str, customers: int, entries: int, root: str) -> bytes:
    return f"{FORMAT}\n{at}\n{customers}\n{entries}\n{root}\n".encode()


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex()
