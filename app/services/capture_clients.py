"""Clients that send forms: who they are, what they sent, and their secrets in turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from app.core import clock
from app.core.errors import Conflict
from app.core.remembered import Remembered
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.capture_client import ENVIRONMENT, PURPOSE, CaptureClient, Usage, check_client
from app.domain.permissions import check_administer
from app.domain.sealing import seal, unseal
from app.domain.signing import new_secret
from app.domain.viewer import system
from app.store import audit, capture_log
from app.store import capture_clients as store
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from app.domain.viewer import Viewer

VIEWER: Final = system("capture")
KNOWN_SECONDS: Final = 5.0  # how long a revoked client may still sign
LONGEST_OVERLAP: Final = 7 * 24


# So that a flood of bad signatures asks the database rarely.
_known: Final = Remembered[None, list[tuple[str, str]]](KNOWN_SECONDS)


async def list_clients(viewer: Viewer) -> list[CaptureClient]:
    """Return everybody who may send, or ever sent, with what they sent."""
    check_administer(viewer)
    now = clock.now()
    async with reading(viewer):
        kept = {one.id: one for one in await store.list_clients(viewer)}
        seen = set(await capture_log.clients_seen(viewer)) | kept.keys()
        if settings().capture_webhook_secrets:
            seen.add(ENVIRONMENT)
        usage = await store.usage_of(viewer, sorted(seen), now)
    found = [kept.get(name) or _by(name) for name in sorted(seen)]
    return [replace(one, usage=usage.get(one.id, Usage())) for one in found]


async def add_client(viewer: Viewer, client_id: str, name: str) -> str:
    """Make a client that signs its forms; returns its secret, which is never shown again."""
    check_administer(viewer)
    check_client(client_id, name)
    secret, now = new_secret(), clock.now()
    async with transaction(viewer):
        await store.insert_client(viewer, client_id, name.strip(), now)
        await store.insert_secret(viewer, client_id, _sealed(secret), now)
        await audit.append(viewer, Act("client_added", client_id))
    _known.forget()
    return secret


async def rotate_secret(viewer: Viewer, client_id: str, overlap_hours: int) -> str:
    """Give a client a new secret beside the old one, which ends after the overlap; returns the new one."""
    check_administer(viewer)
    secret, now = new_secret(), clock.now()
    ends = now + timedelta(hours=min(max(overlap_hours, 0), LONGEST_OVERLAP))
    async with transaction(viewer):
        await store.expire_secrets(viewer, client_id, ends)
        await store.insert_secret(viewer, client_id, _sealed(secret), now)
        await audit.append(viewer, Act("secret_rotated", client_id))
    _known.forget()
    return secret


async def revoke_client(viewer: Viewer, client_id: str) -> None:
    """Refuse what a client signs from now on; what it sent stays. Raises NotFound."""
    check_administer(viewer)
    async with transaction(viewer):
        await store.revoke_client(viewer, client_id, clock.now())
        await audit.append(viewer, Act("client_revoked", client_id))
    _known.forget()


async def signing_secrets() -> list[tuple[str, str]]:
    """Return the secrets that may sign a form now, each with its client."""
    known = _known.get(None)
    if known is not None:
        return known
    async with reading(VIEWER):
        sealed = await store.live_secrets(VIEWER, clock.now())
    opened = ((client, unseal(_key(), PURPOSE, box)) for client, box in sealed)
    return _known.keep(None, [(client, secret) for client, secret in opened if secret is not None])


def forget_known() -> None:
    """Forget the secrets of the last few seconds: between tests."""
    _known.forget()


def _by(name: str) -> CaptureClient:
    by_signature = name == ENVIRONMENT
    auth = "signature (from the settings)" if by_signature else "token of the SSO"
    return CaptureClient(name, "Secrets of the settings" if by_signature else name, auth, Usage())


def _sealed(secret: str) -> bytes:
    return seal(_key(), PURPOSE, secret)


def _key() -> str:
    key = settings().sso_client_secret
    if key is None:
        raise Conflict("Secrets can only be kept where SSO_CLIENT_SECRET is set: it seals them")
    return key
