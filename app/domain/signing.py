"""The secrets by which Standard Webhooks signs, both what comes and what goes (https://www.standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import Final

PREFIX: Final = "whsec_"
SECRET_BYTES: Final = 32


def new_secret() -> str:
    """Return a fresh secret as the specification writes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signing_key(secret: str) -> bytes:
    """Read a secret as the specification writes it, or as it stands where it is no base64."""
    try:
        return binascii.a2b_base64(secret.removeprefix(PREFIX) + "==") or secret.encode()
    except ValueError:
        return secret.encode()
