"""Requests signed by Standard Webhooks instead of carrying a token."""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Mapping

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.core.errors import Unauthenticated

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")
PREFIX = "whsec_"


def is_signed(headers: Mapping[str, str]) -> bool:
    """Say whether a request claims to be signed."""
    return any(name in headers for name in HEADERS)


def check_signature(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> str:
    """Return the message's id; raises Unauthenticated unless a secret signed it just now."""
    given = {name: headers.get(name, "") for name in HEADERS}
    for secret in secrets:
        try:
            Webhook(_key(secret)).verify(body, given, json_parse=False)
        except (WebhookVerificationError, ValueError, OverflowError):
            continue
        return given["webhook-id"]
    raise Unauthenticated("The signature is not valid")


def _key(secret: str) -> bytes:
    """Read a secret as the specification writes it, or as it stands where it is no base64."""
    try:
        return binascii.a2b_base64(secret.removeprefix(PREFIX) + "==") or secret.encode()
    except binascii.Error:
        return secret.encode()
