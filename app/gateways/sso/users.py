"""The SSO's user list, read with a token of the CRM itself: for reconciling, and for events that only hint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote, urlencode

from app.gateways.sso.http import SsoDown, SsoRefused, get_json


@dataclass(frozen=True, slots=True)
class SsoUser:
    """An account as the SSO has it now; `version` is 0 where the SSO counts none."""

    id: str
    email: str
    name: str
    active: bool
    version: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some accounts, and where the next ones begin."""

    users: tuple[SsoUser, ...]
    next_cursor: str | None


async def read_page(endpoint: str, token: str, cursor: str | None, since: datetime | None) -> UserPage:
    """Return one page of accounts, only those changed after `since` where it is given."""
    query = {"cursor": cursor, "updated_after": since.isoformat() if since else None}
    asked = urlencode({name: value for name, value in query.items() if value})
    answer = await get_json(f"{endpoint}?{asked}" if asked else endpoint, bearer=token)
    items, following = answer.get("items"), answer.get("next_cursor")
    if not isinstance(items, list):
        raise SsoDown("The sign-in service's user list cannot be read")
    users = tuple(_user(item) for item in cast("list[Any]", items))
    return UserPage(users, following if isinstance(following, str) else None)


async def read_user(endpoint: str, token: str, user_id: str) -> SsoUser | None:
    """Return one account, or None when the SSO knows none of this id."""
    try:
        return _user(await get_json(f"{endpoint}/{quote(user_id, safe='')}", bearer=token))
    except SsoRefused:
        return None


def _user(item: Any) -> SsoUser:
    try:
        version = item.get("version", 0)
        return SsoUser(
            id=str(item["user_id"]),
            email=str(item["email"]),
            name=str(item.get("name") or ""),
            active=item.get("active", True) is True,
            version=version if isinstance(version, int) else 0,
            updated_at=datetime.fromisoformat(item["updated_at"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SsoDown("The sign-in service's user list cannot be read") from error
