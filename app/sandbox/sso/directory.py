"""The SSO's own records: accounts, refresh tokens, and the events it still has to send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from app.core import clock
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.ids import uuid7
from app.sandbox.jsonfile import JsonFile
from app.sandbox.sso.people import CAST, User, customer_accounts, user_from

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_EMAIL: Final = 254
LONGEST_NAME: Final = 200


class Directory:
    """All accounts; every change is on disk, together with its event, before the method returns."""

    def __init__(self, path: Path) -> None:
        self._file = JsonFile(path)
        stored = self._file.read()
        first = [user.as_json() for user in (*CAST.values(), *customer_accounts())]
        self._users = {user["user_id"]: user_from(user) for user in stored.get("users", first)}
        self.outbox: list[dict[str, Any]] = stored.get("outbox", [])
        self.refresh_tokens: dict[str, dict[str, Any]] = stored.get("refresh_tokens", {})
        self.save()

    def save(self) -> None:
        """Put the current state on disk."""
        self._file.write(
            {
                "users": [user.as_json() for user in self._users.values()],
                "outbox": self.outbox,
                "refresh_tokens": self.refresh_tokens,
            }
        )

    def users(self) -> list[User]:
        """Return all accounts, oldest first."""
        return list(self._users.values())

    def get(self, user_id: str) -> User:
        """Return one account, or raise NotFound."""
        try:
            return self._users[user_id]
        except KeyError:
            raise NotFound("There is no such account") from None

    def named(self, who: str) -> User:
        """Return the account of a colleague's first name, or of a user id."""
        return self.get(CAST[who].user_id if who in CAST else who)

    def change_email(self, user_id: str, email: str) -> User:
        """Give an account another address and owe the CRM a UserEmailUpdated."""
        old = self.get(user_id)
        email = self._free_email(email, user_id)
        if email == old.email:
            return old
        return self._record("UserEmailUpdated", replace(old, email=email), previous_email=old.email)

    def register(self, email: str, name: str) -> User:
        """Open an account for a customer and owe the CRM a UserCreated."""
        wanted = name.strip()
        if not wanted or len(wanted) > LONGEST_NAME:
            raise Invalid([Problem("#/name", f"Please give a name of at most {LONGEST_NAME} letters.")])
        user = User(str(uuid7()), self._free_email(email, ""), wanted, version=0)
        return self._record("UserCreated", user)

    def set_active(self, user_id: str, *, active: bool) -> User:
        """Close or reopen an account and owe the CRM the news."""
        old = self.get(user_id)
        if old.active == active:
            return old
        kind = "UserProfileUpdated" if active else "UserDeactivated"
        return self._record(kind, replace(old, active=active))

    def _record(self, kind: str, changed: User, **details: str) -> User:
        user = replace(changed, version=changed.version + 1, updated_at=clock.now().isoformat())
        self._users[user.user_id] = user
        self.outbox.append(_event(kind, user, details))
        self.save()
        return user

    def _free_email(self, email: str, user_id: str) -> str:
        wanted = email.strip()
        local, _, domain = wanted.rpartition("@")
        if not local or "." not in domain or len(wanted) > LONGEST_EMAIL or not wanted.isprintable():
            raise Invalid([Problem("#/email", "This does not look like an e-mail address.")])
        taken = {user.email.casefold() for user in self._users.values() if user.user_id != user_id}
        if wanted.casefold() in taken:
            raise Conflict("Another account already has this e-mail address")
        return wanted


def _event(kind: str, user: User, details: dict[str, str]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": str(uuid7()),
        "source": "/slyyfoxx/sso",
        "type": kind,
        "subject": user.user_id,
        "time": user.updated_at,
        "datacontenttype": "application/json",
        "data": {
            "user_id": user.user_id,
            "email": user.email,
            "name": user.name,
            "active": user.active,
            "version": user.version,
            "updated_at": user.updated_at,
            **details,
        },
    }
