"""Expected errors: what is wrong, and the HTTP status that says so. Translated once, in app/web/errors.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong field: a JSON pointer such as `#/email`, and a sentence for a person."""

    pointer: str
    detail: str


class CrmError(Exception):
    """Something went wrong that we know and can explain. `code` is the problem type's last word."""

    status = 500
    code = "error"
    title = "Something went wrong"

    def __init__(self, detail: str = "", **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra

    retry_after: int | None = None


class Malformed(CrmError):
    """The request cannot be read."""

    status, code, title = 400, "malformed", "The request cannot be read"


class Unauthenticated(CrmError):
    """No valid token or session."""

    status, code, title = 401, "unauthenticated", "Please sign in"


class Forbidden(CrmError):
    """Known, but not allowed to do this."""

    status, code, title = 403, "forbidden", "You are not allowed to do this"

    def __init__(self, detail: str = "", *, who: str | None = None) -> None:
        super().__init__(detail)
        self.who = who
        """Whose id the token proved, for the security log alone; where None, the request knows."""


class NotOurPage(Forbidden):
    """What none of our own pages sent."""


class StalePage(NotOurPage):
    """A page of ours sent it that was drawn for another session, one before this as a rule."""

    code, title = "stale-page", "This page is out of date"


class NotFound(CrmError):
    """No such thing, or not for this viewer: the answer is the same."""

    status, code, title = 404, "not-found", "There is no such page or record"


class Moved(NotFound):
    """The record was merged into another one, which the viewer may see: the request belongs there."""

    status, code, title = 308, "moved", "This record was merged into another one"

    def __init__(self, from_id: UUID, to_id: UUID) -> None:
        super().__init__()
        self.from_id, self.to_id = from_id, to_id


class TooSlow(CrmError):
    """The body did not arrive in time."""

    status, code, title = 408, "too-slow", "The request took too long to arrive"


class Conflict(CrmError):
    """The record is not in the state the request expects."""

    status, code, title = 409, "conflict", "This does not fit the current state"
    changed: tuple[str, datetime] | None = None
    """Who brought the record into its state, and when, where that is known."""


class StaleLead(Conflict):
    """Somebody changed the lead since it was read; `extra["lead"]` is the current one."""

    code, title = "stale", "Somebody else changed this lead in the meantime"


class LeadIsClosed(Conflict):
    """A won or lost lead is final; `extra["lead"]` is the current one."""

    code, title = "lead-closed", "This lead is closed, and closed leads are final"


class NameTaken(Conflict):
    """The viewer has a view of that name; it is replaced only when that is asked for."""

    code, title = "name-taken", "You have a view of that name"


class InFlight(Conflict):
    """The same request, or a change to the same record, is still running."""

    code, title = "in-flight", "The same record is being changed right now"
    retry_after = 1


class TooLarge(CrmError):
    """The body is over the limit."""

    status, code, title = 413, "too-large", "The request is too large"


class WrongContentType(CrmError):
    """The body is not of the one accepted type."""

    status, code, title = 415, "wrong-content-type", "The body must be application/json"


class Invalid(CrmError):
    """Readable but wrong; carries every problem, not the first."""

    status, code, title = 422, "invalid", "Some fields are not right"

    def __init__(self, problems: list[Problem], detail: str = "") -> None:
        super().__init__(detail or "; ".join(f"{p.pointer.lstrip('#/')}: {p.detail}" for p in problems))
        self.problems = problems


class BadCursor(Invalid):
    """A list has no page that begins there: a bookmark of an older version, as a rule."""


class KeyReused(CrmError):
    """The idempotency key was used with another body."""

    status, code, title = 422, "idempotency-key-reused", "This Idempotency-Key was used for another request"


class Unstorable(CrmError):
    """A constraint of the database refuses what no check of ours did: the caller must change it, and so must we."""

    status, code, title = 422, "unstorable", "This cannot be stored as it is"


class TooMany(CrmError):
    """Over the rate limit."""

    status, code, title = 429, "too-many-requests", "Too many requests"
    retry_after = 1


class StoreDown(CrmError):
    """The database does not answer."""

    status, code, title = 503, "store-down", "The CRM cannot reach its database; please try again"
    retry_after = 2


class StoreBusy(StoreDown):
    """The database answers, but not this in the time it may take."""

    code, title = "store-busy", "This takes the database too long right now; please try again"
