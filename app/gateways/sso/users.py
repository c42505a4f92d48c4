"""The SSO's user list, read with a token of the CRM itself: for reconciling, and for events that only hint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from urllib.parse import quote, urlencode

from app.core.log import logger
from app.gateways.sso.http import SsoDown, SsoRefused, get_any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

PAGE: Final = 100
GONE: Final = frozenset({404, 410})
UNREADABLE_LIST: Final = "The sign-in service's user list cannot be read"
UNREADABLE: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError)

log = logger("sso")


@dataclass(frozen=True, slots=True)
class SsoUser:
    """An account as the SSO has it now; `version` is 0 and `updated_at` None where the SSO says none."""

    id: str
    email: str
    name: str
    active: bool
    version: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UserPage:
    """Some accounts, and where the next ones begin."""

    users: tuple[SsoUser, ...]
    next_cursor: str | None


class Dialect(Protocol):
    """How one kind of identity provider lists its accounts; app/gateways/sso/dialects.py has them all."""

    def query(self, cursor: str | None) -> Mapping[str, str]:
        """Return what is asked for the page that begins at `cursor`."""
        ...

    def items(self, answer: Any) -> list[Any]:
        """Return the accounts of an answer."""
        ...

    def following(self, answer: Any, cursor: str | None) -> str | None:
        """Return where the page after this answer begins."""
        ...

    def user(self, item: Any) -> SsoUser:
        """Read one account; may raise whatever reading odd JSON raises."""
        ...


class UserList:
    """The accounts of one SSO, in its own dialect."""

    def __init__(self, dialect: Dialect, endpoint: str, token: str) -> None:
        self._dialect = dialect
        self._endpoint = endpoint
        self._token = token

    async def page(self, cursor: str | None) -> UserPage:
        """Return one page of accounts, but those that nobody can read; raises SsoDown, SsoRefused."""
        query = urlencode(self._dialect.query(cursor))
        separator = "&" if "?" in self._endpoint else "?"
        url = f"{self._endpoint}{separator}{query}" if query else self._endpoint
        answer = await get_any(url, bearer=self._token)
        try:
            items, following = self._dialect.items(answer), self._dialect.following(answer, cursor)
        except UNREADABLE as error:
            raise SsoDown(UNREADABLE_LIST) from error
        users = tuple(user for item in items if (user := self._user(item)) is not None)
        if (items and not users) or (cursor and following == cursor):  # that would never end
            raise SsoDown(UNREADABLE_LIST)
        if len(users) < len(items):
            log.warning("accounts_unreadable", number=len(items) - len(users))
        return UserPage(users, following)

    def _user(self, item: Any) -> SsoUser | None:
        """Return an account, None for one that cannot be read: the others are compared all the same."""
        try:
            return self._dialect.user(item)
        except UNREADABLE:
            return None

    async def user(self, user_id: str) -> SsoUser | None:
        """Return one account, or None when the SSO knows none of this id; raises SsoDown, SsoRefused."""
        path, _, query = self._endpoint.partition("?")
        url = f"{path}/{quote(user_id, safe='')}{'?' if query else ''}{query}"
        try:
            return self._dialect.user(await get_any(url, bearer=self._token))
        except SsoRefused as error:
            if error.extra.get("answered") in GONE:
                return None
            raise
        except UNREADABLE as error:
            raise SsoDown(UNREADABLE_LIST) from error


def listed(value: Any) -> list[Any]:
    """Return a list; raises TypeError for anything else."""
    if not isinstance(value, list):
        raise TypeError
    return cast("list[Any]", value)
