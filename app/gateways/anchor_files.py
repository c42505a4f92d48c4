"""The anchors' files and the key that signs them: in CRM_HOME/anchors, out of the database's reach."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.domain.anchor import read_anchor

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from app.domain.anchor import Anchor

FOLDER: Final = "anchors"
KEY: Final = "signing.key"
KEY_BYTES: Final = 32


def signing_key(home: Path) -> Ed25519PrivateKey:
    """Return this CRM's key, made on first use and readable by its user only."""
    path = home / FOLDER / KEY
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _write_once(path, os.urandom(KEY_BYTES))
    return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


def write_anchor(home: Path, text: str, at: datetime) -> Path:
    """Write an anchor under its time, whole or not at all, and return where."""
    path = home / FOLDER / f"{at:%Y-%m-%dT%H-%M-%S}.anchor"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="ascii")
    partial.rename(path)
    return path


def newest_anchor(home: Path) -> Path | None:
    """Return the newest anchor in the home, if there is one."""
    return max((home / FOLDER).glob("*.anchor"), default=None)


def load_anchor(home: Path, path: Path) -> Anchor:
    """Return the anchor in a file, signed by this home's key where it has one; raises BadAnchor or OSError."""
    key = home / FOLDER / KEY
    trusted = signing_key(home).public_key().public_bytes_raw().hex() if key.exists() else None
    return read_anchor(path.read_text(encoding="utf-8", errors="replace"), trusted)


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
