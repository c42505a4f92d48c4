"""The audit: what was done or refused, by whom, in words an admin reads. docs/runbook.md says what each event means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.core.security_log import Event

KINDS: Final[Mapping[str, str]] = {
    "sign_in": "Sign-ins",
    "refused": "Refused",
    "export": "Exports",
    "change": "Changes",
}
# Who acts without being anybody of the staff.
ACTORS: Final[Mapping[str, str]] = {
    "jobs": "The CRM itself",
    "operator": "An operator",
    "sso": "The company sign-in",
}


class Meaning(NamedTuple):
    """What was done: its kind and words, of what `about` is the id, and what is counted."""

    kind: str
    words: str
    subject: str = ""
    counted: str = ""


ACTS: Final[Mapping[str, Meaning]] = {
    "login": Meaning("sign_in", "Signed in"),
    "logout": Meaning("sign_in", "Signed out"),
    "logout_by_sso": Meaning("sign_in", "Signed out by the company sign-in", "", "session"),
    "sessions_ended": Meaning("sign_in", "Sessions ended", "staff", "session"),
    "customer_exported": Meaning("export", "A person’s file downloaded", "customer"),
    "customers_exported": Meaning("export", "Customers downloaded (CSV)"),
    "leads_exported": Meaning("export", "Leads downloaded (CSV)"),
    "report_exported": Meaning("export", "Report downloaded (CSV)", "report"),
    "import_exported": Meaning("export", "Refused lines downloaded (CSV)", "import"),
    "audit_exported": Meaning("export", "Audit downloaded (CSV)"),
    "event_revealed": Meaning("export", "Event looked at in full", "event"),
    "staff_joined": Meaning("change", "Joined the staff", "staff"),
    "staff_activated": Meaning("change", "Made active", "staff"),
    "staff_deactivated": Meaning("change", "Made inactive", "staff"),
    "roles_changed": Meaning("change", "Roles changed", "staff"),
    "leads_paused": Meaning("change", "Takes no new leads", "staff"),
    "leads_resumed": Meaning("change", "Takes new leads again", "staff"),
    "goal_set": Meaning("change", "Goal set", "staff"),
    "client_added": Meaning("change", "Client added", "client"),
    "secret_rotated": Meaning("change", "Client’s secret changed", "client"),
    "client_revoked": Meaning("change", "Client revoked", "client"),
    "capture_approved": Meaning("change", "Held form approved", "capture"),
    "capture_discarded": Meaning("change", "Held form discarded", "capture"),
    "customers_merged": Meaning("change", "Duplicate merged", "customer"),
    "customers_kept_apart": Meaning("change", "Lookalikes kept apart", "customer"),
    "erasure_asked": Meaning("change", "Erasure asked for", "customer"),
    "erasure_withdrawn": Meaning("change", "Erasure taken back", "customer"),
    "customer_erased": Meaning("change", "Erased", "customer"),
    "lead_assigned": Meaning("change", "Lead given to somebody", "lead"),
    "leads_reassigned": Meaning("change", "Leads reassigned", "reassignment", "lead"),
    "reassignment_undone": Meaning("change", "Reassignment taken back", "reassignment"),
    "limits_set": Meaning("change", "Limits of the board set"),
    "rules_saved": Meaning("change", "Scoring rules saved", "version"),
    "version_activated": Meaning("change", "Scoring version activated", "version"),
    "import_started": Meaning("change", "Import started", "import", "line"),
    "import_cancelled": Meaning("change", "Import stopped", "import", "line"),
    "import_discarded": Meaning("change", "Table to import discarded", "", "line"),
    "sink_paused": Meaning("change", "Events paused", "sink"),
    "sink_resumed": Meaning("change", "Events resumed", "sink"),
    "events_replayed": Meaning("change", "Published once more", "event", "event"),
    "inbox_replayed": Meaning("change", "Sign-in events taken up again", "", "event"),
    "inbox_discarded": Meaning("change", "Sign-in event discarded", "", "event"),
    "view_shared": Meaning("change", "View shared with everybody"),
    "view_unshared": Meaning("change", "Shared view taken back"),
    "accounts_compared": Meaning("change", "All accounts compared"),
}
REFUSALS: Final[Mapping[str, str]] = {
    "login": "Sign-in refused",
    "logout_by_sso": "Logout token refused",
    "session_ended_by_sso": "Session no longer confirmed",
    "session_refused": "Session unknown or over",
    "token_refused": "Bearer token refused",
    "signature_refused": "Webhook signature refused",
    "forbidden": "Not allowed",
    "foreign_page": "Not sent by a page of ours",
    "too_many": "Too many requests",
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done: which event it is, the id it is about, a second one, of how many, and by whom."""

    event: str
    about: str | None = None
    also: str | None = None
    number: int = 1
    who: str | None = None  # where it is not the viewer of the transaction


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was refused: to whom, a person or a machine, as far as anybody can tell; why and where."""

    event: Event
    who: str | None = None
    is_machine: bool = False
    reason: str | None = None
    route: str | None = None


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the audit is narrowed to: a kind, somebody who did it or had it done to them, and days."""

    kind: str = ""
    person: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the audit, with the names that its ids have today."""

    id: int
    at: datetime
    kind: str
    event: str
    who: str | None
    who_name: str | None
    about: str | None
    about_name: str | None
    also: str | None
    also_name: str | None
    number: int
    reason: str | None
    route: str | None

    @property
    def is_refused(self) -> bool:
        """True when nothing came of it."""
        return self.kind == "refused"

    @property
    def words(self) -> str:
        """What happened, in words."""
        return REFUSALS.get(self.event, self.event) if self.is_refused else self._meaning.words

    @property
    def subject(self) -> str:
        """Of what `about` is the id."""
        return self._meaning.subject

    @property
    def counted(self) -> str:
        """What `number` counts, empty where that says nothing."""
        if self.is_refused:
            return "time" if self.number > 1 else ""
        return self._meaning.counted

    @property
    def actor(self) -> str:
        """Who it was, as far as anybody can tell."""
        return self.who_name or ACTORS.get(self.who or "", self.who or "Somebody unknown")

    @property
    def _meaning(self) -> Meaning:
        """What the event means; one of a later release only has its name."""
        return ACTS.get(self.event, Meaning(self.kind, self.event))


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A keyset page of the audit, newest first."""

    items: tuple[AuditLine, ...]
    next_cursor: str | None
