"""What the SSO's own record of an account says, as news like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from app.domain.sso_events import DEACTIVATED, EMAIL_UPDATED, LONGEST_NAME, Email, UserNews, said_time
from app.domain.text import normalise_email

if TYPE_CHECKING:
    from datetime import datetime


class Account(Protocol):
    """An account as the SSO's user list has it."""

    @property
    def id(self) -> str:
        """The SSO's id of it."""
        ...

    @property
    def email(self) -> str:
        """Its address, as the SSO writes it."""
        ...

    @property
    def name(self) -> str:
        """Who it belongs to."""
        ...

    @property
    def active(self) -> bool:
        """Whether its owner may sign in."""
        ...

    @property
    def version(self) -> int:
        """How often it changed, 0 where the SSO does not count."""
        ...

    @property
    def updated_at(self) -> datetime | None:
        """When it last changed, where the SSO says so."""
        ...


def news_of_account(account: Account, at: datetime) -> UserNews:
    """Return what the SSO's own record of an account says, as of its last change, else as of `at`."""
    norm = normalise_email(account.email)
    return UserNews(
        type=EMAIL_UPDATED,
        user_id=account.id,
        email=Email(account.email, norm) if norm else None,
        previous_norm=None,
        name="".join(filter(str.isprintable, account.name)).strip()[:LONGEST_NAME] or None,
        active=account.active,
        version=account.version or None,
        at=said_time(account.updated_at) or at,
        is_whole=True,
    )


def news_of_nobody(user_id: str, at: datetime) -> UserNews:
    """Return what it says when the SSO has no such account (any more)."""
    return UserNews(DEACTIVATED, user_id, None, None, None, active=False, version=None, at=at)
