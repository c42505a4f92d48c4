"""Secrets that must be kept are sealed: AES-GCM, its key derived from a secret outside the database."""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_LENGTH: Final = 12


def seal(secret: str, purpose: bytes, text: str) -> bytes:
    """Return `text` so that only who has `secret` and names the same purpose reads it."""
    nonce = os.urandom(NONCE_LENGTH)
    return nonce + _cipher(secret, purpose).encrypt(nonce, text.encode(), purpose)


def unseal(secret: str, purpose: bytes, sealed: bytes) -> str | None:
    """Return the text, or None when it was sealed otherwise or altered."""
    try:
        nonce, box = sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:]
        return _cipher(secret, purpose).decrypt(nonce, box, purpose).decode()
    except (InvalidTag, ValueError):
        return None


def _cipher(secret: str, purpose: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode()))
