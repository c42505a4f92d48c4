"""Who a bearer token speaks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.errors import Forbidden
from app.core.remembered import Remembered
from app.core.settings import settings
from app.domain.identity import ClaimNames, Client, check_access_token, client_of, roles_of, viewer_of
from app.domain.viewer import Viewer, system
from app.gateways.sso.company import sso
from app.store.staff import insert_or_update_staff
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence

KNOWN_SECONDS: Final = 5

_known: Final = Remembered[tuple[Viewer, tuple[str, ...]], Viewer](KNOWN_SECONDS)


async def identify(token: str) -> Viewer | Client:
    """Return the person or machine of a bearer token; raises Unauthenticated or Forbidden."""
    verified = await sso().verify_access_token(token)
    check_access_token(verified.header, verified.claims)
    client = client_of(verified.claims)
    if client is not None:
        return client
    names = claim_names()
    viewer = viewer_of(verified.claims, names)
    return await _in_directory(viewer, sorted(roles_of(verified.claims, names)))


def claim_names() -> ClaimNames:
    """Return where this company's tokens keep roles and rep id."""
    return ClaimNames(settings().sso_roles_claim, settings().sso_rep_id_claim)


async def _in_directory(viewer: Viewer, roles: Sequence[str]) -> Viewer:
    """Write somebody into the staff directory unless the same was written a moment ago.

    The moment is also how long a token outlives its person's deactivation.
    """
    said = (viewer, tuple(roles))
    known = _known.get(said)
    if known is not None:
        return known
    async with transaction(system("sso")):
        member = await insert_or_update_staff(viewer, roles, signs_in=False)
    if not member.active:
        raise Forbidden("Your account is deactivated", who=member.viewer.id)
    return _known.keep(said, member.viewer)


def forget_known() -> None:
    """Forget who was seen lately: after a deactivation here, and between tests."""
    _known.forget()
