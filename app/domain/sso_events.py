"""News of a user from the SSO: what it says, whether it is newer than what is known, when to try again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from app.contracts.events import IncomingEvent, UserChange
from app.core.decoding import decode_object, find_problems
from app.core.errors import Invalid, Malformed
from app.domain.sso_dialects import in_our_words
from app.domain.text import Checker, normalise_email

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

EMAIL_UPDATED: Final = "UserEmailUpdated"
PROFILE_UPDATED: Final = "UserProfileUpdated"
DEACTIVATED: Final = "UserDeactivated"
UNDERSTOOD: Final = frozenset({EMAIL_UPDATED, "UserCreated", PROFILE_UPDATED, DEACTIVATED})

MOST_TRIES: Final = 5
TRY_AGAIN_AFTER: Final = (1, 2, 5, 15)
UNKNOWN_USER_WAITS: Final = timedelta(hours=24)
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=10)
CLOCKS_DIFFER_BY: Final = timedelta(minutes=5)
LONGEST_NAME: Final = 200
# A number this large was never counted up to: it is a time, in seconds or something finer.
TIME_LIKE: Final = 10**9
# No account is older: a time before is a field nobody filled in, the year 1 here and 1970 there.
EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)

T = TypeVar("T", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class Email:
    """An address as somebody wrote it, and the form that two spellings share."""

    written: str
    norm: str


@dataclass(frozen=True, slots=True)
class UserNews:
    """What one event says about one user; None is not said."""

    type: str
    user_id: str
    email: Email | None
    previous_norm: str | None
    name: str | None
    active: bool | None
    version: int | None
    at: datetime | None
    # The SSO's own record of the account: at the version that is known already, it is still right.
    is_whole: bool = False

    @property
    def parts(self) -> frozenset[str]:
        """What of the account it speaks of."""
        said = {"email": self.email, "name": self.name, "active": self.active}
        return frozenset(part for part, value in said.items() if value is not None)

    @property
    def of_customer(self) -> UserNews:
        """What of it a customer follows: of names, only a changed profile's."""
        return replace(self, name=self.name if self.type == PROFILE_UPDATED else None, active=None)

    @property
    def is_hint(self) -> bool:
        """True when it does not say how new it is: the SSO must be asked what holds now."""
        return self.version is None and self.at is None


@dataclass(frozen=True, slots=True)
class Known:
    """How new a part of a user is here: the version counted by the SSO (0: none), and as of when."""

    version: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of an event: the inbox status, why, when to look at it again; and whose name it made another."""

    status: str
    reason: str | None = None
    next_try_at: datetime | None = None
    renamed: UUID | None = None


@dataclass(frozen=True, slots=True)
class Unwanted:
    """An event to be put aside, and why; without a source whichever has the id."""

    id: str
    because: str
    source: str | None = None


def read_event(raw: bytes) -> IncomingEvent:
    """Return the envelope; raises Malformed or Invalid. Attributes we do not know are extensions."""
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        raise Malformed("The event is not UTF-8") from error
    return _read(IncomingEvent, in_our_words(decode_object(raw)), "#")


def read_news(event: IncomingEvent) -> UserNews:
    """Return what a user event says; raises Invalid with every problem."""
    change = _read(UserChange, event.data, "#/data")
    checker = Checker()
    at = said_time(change.updated_at) or said_time(event.time)
    must_have_email = event.type == EMAIL_UPDATED and bool(change.version or at)
    checker.require("#/data/email", "is required", ok=not must_have_email or change.email is not None)
    email = None if change.email is None else Email(*checker.email("#/data/email", change.email))
    name = checker.text("#/data/name", change.name or "", LONGEST_NAME)
    checker.finish()
    return UserNews(
        type=event.type,
        user_id=change.user_id,
        email=email,
        previous_norm=_norm_or_none(change.previous_email),
        name=name or None,
        active=False if event.type == DEACTIVATED else change.active,
        version=change.version or None,
        at=at,
    )


def said_time(at: datetime | None) -> datetime | None:
    """Return a time of the SSO, None when it says none or one that cannot be."""
    return at if at is not None and at >= EARLIEST else None


def is_from_the_future(news: UserNews, now: datetime) -> bool:
    """Say whether a wrong clock made this: once believed, it would outrank every true change for years."""
    limit = now + CLOCKS_DIFFER_BY
    if news.version is None:
        return news.at is not None and news.at > limit
    return news.version >= TIME_LIKE and _as_time(news.version) > limit


def is_newer(news: UserNews, known: Known) -> bool:
    """Say whether the news changes what is known: by version where both have one, else by time."""
    if news.version is not None and known.version:
        return news.version > known.version or (news.is_whole and news.version == known.version)
    if known.at is None or news.at is None:
        return True
    return news.at > known.at or (news.is_whole and news.at == known.at)


def newer_part(news: UserNews, known: Mapping[str, Known]) -> UserNews | None:
    """Return the news without the parts of which something newer is known; None when that was all it said."""
    newer = {part for part in news.parts if is_newer(news, known[part])}
    if news.parts and not newer:
        return None
    return replace(
        news,
        email=news.email if "email" in newer else None,
        name=news.name if "name" in newer else None,
        active=news.active if "active" in newer else None,
    )


def known_after(news: UserNews, known: Mapping[str, Known], now: datetime) -> dict[str, Known]:
    """Return how new each part is after the news, which moves only what it speaks of."""
    return {part: merged(news, was, now) if part in news.parts else was for part, was in known.items()}


def merged(news: UserNews, known: Known, now: datetime) -> Known:
    """Return what is known after the news; a time ahead of our clock counts as now."""
    return Known(max(news.version or 0, known.version), min(news.at or now, now))


def after_failure(tries: int, reason: str, now: datetime) -> Verdict:
    """Decide about an event that could not be applied for the `tries`-th time: again later, or dead."""
    if tries >= MOST_TRIES:
        return Verdict("dead", reason)
    return Verdict("received", reason, now + timedelta(seconds=TRY_AGAIN_AFTER[tries - 1]))


def while_away(received_at: datetime, now: datetime) -> Verdict:
    """Decide about a hint while the SSO cannot be asked what it hints at: the wait grows with its age."""
    return _waiting("the sign-in service does not answer", received_at, now, otherwise="dead")


def while_unknown(event_type: str, received_at: datetime, now: datetime) -> Verdict:
    """Decide about an event of a user the CRM does not have (yet): the wait grows with its age."""
    end = "dead" if event_type == EMAIL_UPDATED else "ignored"
    return _waiting("nobody here has this account", received_at, now, otherwise=end)


def _waiting(reason: str, received_at: datetime, now: datetime, otherwise: str) -> Verdict:
    age = now - received_at
    if age >= UNKNOWN_USER_WAITS:
        return Verdict(otherwise, reason)
    return Verdict("waiting", reason, now + min(max(age / 4, SHORTEST_WAIT), LONGEST_WAIT))


def movable(wishes: Mapping[UUID, str], holders: Mapping[str, UUID]) -> list[UUID]:
    """Return who can have the address they wish: it is free, or whoever holds it moves on as well.

    Chains move, and so do circles, in which two people exchanged their addresses.
    """
    movers = {wish: person for person, wish in sorted(wishes.items(), reverse=True)}
    going = set(movers.values())
    while stuck := {who for who in going if _is_held(holders.get(wishes[who]), who, going)}:
        going -= stuck
    return sorted(going)


def _is_held(holder: UUID | None, who: UUID, going: Iterable[UUID]) -> bool:
    return holder is not None and holder != who and holder not in going


def _as_time(number: int) -> datetime:
    for unit in (1, 10**3, 10**6, 10**9):
        seconds = number / unit
        if seconds < TIME_LIKE * 10:
            return datetime.fromtimestamp(seconds, UTC)
    return datetime.max.replace(tzinfo=UTC)


def _norm_or_none(email: str | None) -> str | None:
    """Return the normal form of a former address; what is none helps nobody to be found."""
    return None if email is None else normalise_email(email.strip())


def _read(kind: type[T], raw: Mapping[str, Any], at: str) -> T:
    names = {field.encode_name for field in msgspec.structs.fields(kind)}
    known = {name: value for name, value in raw.items() if name in names}
    problems = find_problems(kind, known, at)
    if problems:
        raise Invalid(problems)
    return msgspec.convert(known, kind)
