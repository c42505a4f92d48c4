"""User events of Keycloak and Auth0 in our own words (app/contracts/events.py); ours pass unchanged.

Keycloak's events say neither a version nor reliably what is new (some are sent before the change is written),
so they become hints: an id without any time, and the SSO is asked what holds now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

Json = dict[str, Any]

KEYCLOAK_USER: Final = {
    "REGISTER": "UserCreated",
    "UPDATE_EMAIL": "UserEmailUpdated",
    "UPDATE_PROFILE": "UserProfileUpdated",
    "VERIFY_EMAIL": "UserEmailUpdated",
    "DELETE_ACCOUNT": "UserDeactivated",
}
KEYCLOAK_ADMIN: Final = {
    "CREATE": "UserCreated",
    "UPDATE": "UserProfileUpdated",
    "DELETE": "UserDeactivated",
}
AUTH0: Final = {
    "com.auth0.user.created": "UserCreated",
    "com.auth0.user.updated": "UserProfileUpdated",
    "com.auth0.user.deleted": "UserDeactivated",
}


def in_our_words(raw: Json) -> Json:
    """Return the event as one of ours, whoever sent it; what is nobody's dialect passes as it is."""
    if _word(raw.get("type")) in AUTH0:
        return _from_auth0(raw)
    if "specversion" not in raw and isinstance(raw.get("realmId"), str):
        return _from_keycloak(raw)
    return raw


def _from_auth0(raw: Json) -> Json:
    """Event Streams are CloudEvents; the whole account is in `data.object`."""
    account = _object(_object(raw.get("data")).get("object"))
    kind = AUTH0[raw["type"]]
    data = {name: account[name] for name in ("user_id", "email", "name", "updated_at") if name in account}
    if kind == "UserDeactivated":
        data = {"user_id": account.get("user_id")}
    elif "blocked" in account:
        data["active"] = account["blocked"] is not True
    return {**raw, "type": kind, "data": data}


def _from_keycloak(raw: Json) -> Json:
    """Read a user event, an admin event, or either as the phasetwo listener wraps it (`access.X`, `admin.USER-X`)."""
    kind, user_id = _keycloak_user_event(raw) or _keycloak_admin_event(raw) or ("", None)
    if not kind:
        other = raw.get("type") or raw.get("operationType")
        return _envelope(raw, f"keycloak.{other}" if isinstance(other, str) else other, {})
    return _envelope(raw, kind, {"user_id": user_id})


def _keycloak_user_event(raw: Json) -> tuple[str, Any] | None:
    kind = KEYCLOAK_USER.get(_word(raw.get("type")).removeprefix("access."))
    return (kind, raw.get("userId") or _object(raw.get("authDetails")).get("userId")) if kind else None


def _keycloak_admin_event(raw: Json) -> tuple[str, Any] | None:
    resource, _, operation = _word(raw.get("type")).removeprefix("admin.").partition("-")
    resource, operation = raw.get("resourceType") or resource, _word(raw.get("operationType")) or operation
    place, _, user_id = _word(raw.get("resourcePath")).partition("/")
    if resource != "USER" or place != "users" or "/" in user_id or operation not in KEYCLOAK_ADMIN:
        return None
    return KEYCLOAK_ADMIN[operation], user_id


def _envelope(raw: Json, kind: Any, data: Mapping[str, Any]) -> Json:
    return {
        "specversion": "1.0",
        "id": raw.get("id") or raw.get("uid"),
        "source": f"/keycloak/{raw['realmId']}",
        "type": kind,
        "data": dict(data),
    }


def _word(value: Any) -> str:
    """Return a text as it is; what is none is no known word, and can be looked up all the same."""
    return value if isinstance(value, str) else ""


def _object(value: Any) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}
