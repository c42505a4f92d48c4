"""A signed statement of where every chain ended: kept outside the database, it outlives a rewritten chain.

The file is one line of JSON (what was signed, and the signature), then a line a customer: id, entries, last hash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.core.errors import CrmError
from app.domain.chain import Head

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@dataclass(frozen=True, slots=True)
class Anchor:
    """An anchor with the chains' ends it vouches for, by customer."""

    signed: Signed
    heads: dict[str, Head]


def sign_heads(heads: Iterable[Head], at: str, key: Ed25519PrivateKey) -> tuple[Signed, str]:
    """Return the signed statement about `heads`, and the whole text of its file."""
    lines = sorted(f"{head.customer_id} {head.seq} {_hex(head.hash)}\n" for head in heads)
    entries = sum(int(line.split(" ")[1]) for line in lines)
    body = "".join(lines)
    root = hashlib.sha256(body.encode()).hexdigest()
    public_key = key.public_key().public_bytes_raw().hex()
    signature = key.sign(_message(at, len(lines), entries, root)).hex()
    signed = Signed(FORMAT, at, len(lines), entries, root, public_key, signature)
    return signed, msgspec.json.encode(signed).decode() + "\n" + body


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


def _read_head(line: str) -> Head:
    customer_id, seq, digest = line.split(" ")
    return Head(customer_id, int(seq), bytes.fromhex(digest))


def _message(at: str, customers: int, entries: int, root: str) -> bytes:
    return f"{FORMAT}\n{at}\n{customers}\n{entries}\n{root}\n".encode()


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex()
