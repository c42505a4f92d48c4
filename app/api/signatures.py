"""Requests signed by Standard Webhooks instead of carrying a token."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.core.errors import Unauthenticated
from app.domain.signing import signing_key

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def is_signed(headers: Mapping[str, str]) -> bool:
    """Say whether a request claims to be signed."""
    return any(name in headers for name in HEADERS)


def check_signature(secrets: Iterable[str], headers: Mapping[str, str], body: bytes) -> None:
    """Raise Unauthenticated unless one of the secrets signed the request just now."""
    given = {name: headers.get(name, "") for name in HEADERS}
    for secret in secrets:
        try:
            Webhook(signing_key(secret)).verify(body, given, json_parse=False)
        except (WebhookVerificationError, ValueError, OverflowError):
            continue
        return
    raise Unauthenticated("The signature is not valid")
