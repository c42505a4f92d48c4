"""How identity providers list their accounts: ours, Keycloak's admin API, Auth0's management API, SCIM 2.0."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from app.domain.identity import LONGEST_SUBJECT
from app.gateways.sso.users import PAGE, Dialect, SsoUser, listed

if TYPE_CHECKING:
    from collections.abc import Mapping


class Own(Dialect):
    """`{"items": […], "next_cursor"}`, as the SSO microservice answers."""

    @override
    def query(self, cursor: str | None) -> Mapping[str, str]:
        return {"cursor": cursor} if cursor else {}

    @override
    def items(self, answer: Any) -> list[Any]:
        return listed(answer["items"])

    @override
    def following(self, answer: Any, cursor: str | None) -> str | None:
        del cursor
        found = answer.get("next_cursor")
        return found if isinstance(found, str) else None

    @override
    def user(self, item: Any) -> SsoUser:
        version = item.get("version", 0)
        return SsoUser(
            **_account(item["user_id"], item["email"]),
            name=str(item.get("name") or ""),
            active=item.get("active", True) is True,
            version=version if isinstance(version, int) else 0,
            updated_at=_moment(item["updated_at"]),
        )


class Keycloak(Dialect):
    """`GET /admin/realms/{realm}/users`: a bare list, no time of the last change."""

    @override
    def query(self, cursor: str | None) -> Mapping[str, str]:
        return {"first": cursor or "0", "max": str(PAGE)}

    @override
    def items(self, answer: Any) -> list[Any]:
        return listed(answer)

    @override
    def following(self, answer: Any, cursor: str | None) -> str | None:
        return str(int(cursor or "0") + PAGE) if len(answer) == PAGE else None

    @override
    def user(self, item: Any) -> SsoUser:
        return SsoUser(
            **_account(item["id"], item.get("email") or ""),
            name=f"{item.get('firstName') or ''} {item.get('lastName') or ''}".strip(),
            active=item.get("enabled", True) is True,
        )


class Auth0(Dialect):
    """`GET /api/v2/users`: a bare list, page by page."""

    @override
    def query(self, cursor: str | None) -> Mapping[str, str]:
        return {"page": cursor or "0", "per_page": str(PAGE)}

    @override
    def items(self, answer: Any) -> list[Any]:
        return listed(answer)

    @override
    def following(self, answer: Any, cursor: str | None) -> str | None:
        return str(int(cursor or "0") + 1) if len(answer) == PAGE else None

    @override
    def user(self, item: Any) -> SsoUser:
        return SsoUser(
            **_account(item["user_id"], item.get("email") or ""),
            name=str(item.get("name") or ""),
            active=item.get("blocked") is not True,
            updated_at=_moment(item.get("updated_at")),
        )


class Scim(Dialect):
    """RFC 7644 `GET /Users`: counted from 1."""

    @override
    def query(self, cursor: str | None) -> Mapping[str, str]:
        return {"startIndex": cursor or "1", "count": str(PAGE)}

    @override
    def items(self, answer: Any) -> list[Any]:
        return listed(answer["Resources"]) if answer["totalResults"] else []

    @override
    def following(self, answer: Any, cursor: str | None) -> str | None:
        after = int(cursor or "1") + len(self.items(answer))
        return str(after) if self.items(answer) and after <= int(answer["totalResults"]) else None

    @override
    def user(self, item: Any) -> SsoUser:
        emails = sorted(listed(item.get("emails", [])), key=lambda email: email.get("primary") is not True)
        names: Any = item.get("name") or {}
        meta: Any = item.get("meta") or {}
        return SsoUser(
            **_account(item["id"], emails[0]["value"] if emails else ""),
            name=str(item.get("displayName") or names.get("formatted") or ""),
            active=item.get("active", True) is True,
            updated_at=_moment(meta.get("lastModified")),
        )


def _account(user_id: object, email: object) -> dict[str, Any]:
    """Return id and e-mail as texts; an account without an id that a token could carry is none."""
    text = str(user_id or "")
    if not (text.isprintable() and 0 < len(text) <= LONGEST_SUBJECT) or not isinstance(email, str):
        raise ValueError
    return {"id": text, "email": email}


def _moment(written: Any) -> datetime | None:
    moment = None if written is None else datetime.fromisoformat(written)
    if moment is not None and moment.tzinfo is None:
        raise ValueError
    return moment


DIALECTS: Final[Mapping[str, Dialect]] = {
    "slyyfoxx": Own(),
    "keycloak": Keycloak(),
    "auth0": Auth0(),
    "scim": Scim(),
}
