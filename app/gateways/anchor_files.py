"""The anchors' files and the key that signs them: in CRM_HOME/anchors, out of the database's reach."""

from __future__ import annotations

import os
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.anchor import read_anchor, read_signed

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.domain.anchor import Anchor, Signed

FOLDER: Final = "anchors"
KEY: Final = "signing.key"
KEY_BYTES: Final = 32
LONGEST_LINE: Final = 4096


def signing_key(home: Path) -> Ed25519PrivateKey:
    """Return this CRM's key, made on first use and readable by its user only."""
    path = home / FOLDER / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, os.urandom(KEY_BYTES))
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def open_body(home: Path) -> IO[bytes]:
    """Return a file without a name, for an anchor's lines until it is signed; closing it removes it."""
    (home / FOLDER).mkdir(parents=True, exist_ok=True)
    return TemporaryFile(dir=home / FOLDER)


def write_anchor(home: Path, signed: Signed, body: IO[bytes], at: datetime) -> Path:
    """Write what was signed and then the lines in `body` under its time, whole or not at all, and return where."""
    path = home / FOLDER / f"{at:%Y-%m-%dT%H-%M-%S}.anchor"
    partial = path.with_suffix(".partial")
    body.seek(0)
    with partial.open("wb") as file:
        file.write(msgspec.json.encode(signed) + b"\n")
        copyfileobj(body, file)
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
    return path


def public_key(home: Path) -> str | None:
    """Return the public half of this home's key, in hex; None when it has no key."""
    there = (home / FOLDER / KEY).exists()
    return signing_key(home).public_key().public_bytes_raw().hex() if there else None


def kept_anchors(home: Path) -> dict[Path, Signed]:
    """Return what the anchors in the home say they signed, oldest first; what is no anchor is left out."""
    kept: dict[Path, Signed] = {}
    for path in sorted((home / FOLDER).glob("*.anchor")):
        with path.open("rb") as file:
            signed = read_signed(file.readline(LONGEST_LINE))
        if signed is not None:
            kept[path] = signed
    return dict(sorted(kept.items(), key=lambda item: item[1].at))


def load_anchor(path: Path, key: str | None) -> Anchor:
    """Return the anchor in a file, signed by this key, else (None) by the file's own; raises BadAnchor or OSError."""
    return read_anchor(path.read_text(encoding="utf-8", errors="replace"), key)


def _write_once(path: Path, secret: bytes) -> None:
    """Write the key so that two processes that begin at once agree on the first one's."""
    partial = path.with_name(f".{os.getpid()}.key")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secret)
    try:
        os.link(partial, path)
    except FileExistsError:
        pass
    finally:
        partial.unlink()
