"""What a token says: who its bearer is, and whether it is a token we take at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from app.core.errors import Forbidden, Unauthenticated
from app.domain.viewer import Role, Viewer

Claims = Mapping[str, object]

ADMIN: Final = "SLYYFOXX_ADMIN"
SUPPORT: Final = "SLYYFOXX_SUPPORT"
LONGEST_SUBJECT: Final = 255
LONGEST_LIFE: Final = 24 * 60 * 60
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_MAX_AGE: Final = 120


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that signed in as itself, or signed its request; never a person."""

    id: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Where this company's tokens keep roles and rep id; a dotted path goes into nested objects."""

    roles: str
    rep_id: str


def claim_at(claims: Claims, path: str) -> object:
    """Return the claim at `path`; a claim whose own name has dots (`https://a.example/roles`) counts too."""
    if path in claims:
        return claims[path]
    parts = path.split(".")
    for end in range(1, len(parts)):
        inner = claims.get(".".join(parts[:end]))
        if isinstance(inner, Mapping):
            found = claim_at(cast("Claims", inner), ".".join(parts[end:]))
            if found is not None:
                return found
    return None


def names_in(value: object) -> frozenset[str]:
    """Read a list of names or one space-separated string; anything else names nothing."""
    if isinstance(value, str):
        return frozenset(value.split())
    if isinstance(value, list):
        return frozenset(item for item in cast("list[object]", value) if isinstance(item, str) and item)
    return frozenset()


def roles_of(claims: Claims, names: ClaimNames) -> frozenset[str]:
    """Return the role names of the claims."""
    return names_in(claim_at(claims, names.roles))


def viewer_of(claims: Claims, names: ClaimNames) -> Viewer:
    """Return the person as exactly one role of ours; raises Forbidden for anybody else."""
    rep_id = _text(claim_at(claims, names.rep_id))
    role = role_of(roles_of(claims, names), rep_id)
    if role is None:
        raise Forbidden("Your account has no role in the CRM", who=_text(claims.get("sub")))
    return Viewer(
        id=_text(claims.get("sub")) or "",
        role=role,
        name=_text(claims.get("name")) or _text(claims.get("preferred_username")) or "",
        email=_text(claims.get("email")) or "",
        rep_id=rep_id,
    )


def role_of(roles: frozenset[str], rep_id: str | None) -> Role | None:
    """Return the one role of ours that somebody with these roles and this rep id has; None for who has none."""
    if ADMIN in roles:
        return Role.ADMIN
    if rep_id is not None:
        return Role.REP
    return Role.SUPPORT if SUPPORT in roles else None


def client_of(claims: Claims) -> Client | None:
    """Return the machine of a client-credentials token, or None for a person's token.

    RFC 9068 says sub = client_id; Auth0 writes `id@clients`, Keycloak a service account's name.
    """
    client_id = _text(claims.get("client_id")) or _text(claims.get("azp"))
    if client_id is None:
        return None
    own = claims.get("sub") in {client_id, f"{client_id}@clients"}
    account = claims.get("preferred_username") == f"service-account-{client_id}"
    return Client(client_id, names_in(claims.get("scope"))) if own or account else None


def check_access_token(header: Claims, claims: Claims) -> None:
    """Refuse what PyJWT lets through: odd subjects and times, and tokens made for another purpose."""
    _check_subject(claims)
    _check_times(claims)
    if str(header.get("typ", "JWT")).lower().removeprefix("application/") not in {"at+jwt", "jwt"}:
        raise _refused()
    if claims.get("typ", "Bearer") != "Bearer" or "events" in claims:
        raise _refused()
    is_access = str(header.get("typ", "")).lower().removeprefix("application/") == "at+jwt"
    if not is_access and (claims.keys() & {"nonce", "at_hash", "c_hash"} or claims.get("token_use") == "id"):
        raise _refused()


def check_id_token(claims: Claims, client_id: str, nonce: str) -> None:
    """Refuse an ID token that was not made for this client and this very login (OIDC Core 3.1.3.7)."""
    _check_subject(claims)
    _check_times(claims)
    if claims.get("nonce") != nonce or claims.get("typ", "ID") != "ID":
        raise _refused()
    if isinstance(claims.get("aud"), list) and claims.get("azp", client_id) != client_id:
        raise _refused()


def check_logout_token(header: Claims, claims: Claims, now: float) -> None:
    """Refuse what is not a fresh logout token (OIDC Back-Channel Logout 2.6)."""
    events, issued = claims.get("events"), claims.get("iat")
    if str(header.get("typ", "logout+jwt")).lower() not in {"logout+jwt", "jwt"} or "nonce" in claims:
        raise _refused()
    if not isinstance(events, dict) or LOGOUT_EVENT not in events:
        raise _refused()
    if not _is_number(issued) or abs(now - cast("int", issued)) > LOGOUT_MAX_AGE:
        raise _refused()
    if not (_text(claims.get("sub")) or _text(claims.get("sid"))) or not _text(claims.get("jti")):
        raise _refused()


def _check_subject(claims: Claims) -> None:
    sub = claims.get("sub")
    if not isinstance(sub, str) or not 0 < len(sub) <= LONGEST_SUBJECT or not sub.isprintable():
        raise _refused()


def _check_times(claims: Claims) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not (_is_number(issued) and _is_number(expires)):
        raise _refused()
    if cast("int", expires) > cast("int", issued) + LONGEST_LIFE:
        raise _refused()


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object) -> str | None:
    """Return a claim's text without what no name or id may hold; None for anything else or nothing."""
    if not isinstance(value, str):
        return None
    clean = "".join(letter for letter in value if letter.isprintable()).strip()
    return clean[:LONGEST_SUBJECT] or None


def _refused() -> Unauthenticated:
    return Unauthenticated("The token is not valid here")
