"""Somebody of the staff as an admin sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One line of the directory. Roles are the SSO's words and are changed there."""

    id: str
    name: str
    email: str
    rep_id: str | None
    roles: tuple[str, ...]
    active: bool
    accepts_leads: bool
    last_login_at: datetime | None
    open_leads: int
    sessions: int

    @property
    def can_own_leads(self) -> bool:
        """True for an active sales rep."""
        return self.active and self.rep_id is not None

    @property
    def needs_successor(self) -> bool:
        """True for somebody who is gone, or sells no more, and still has open leads."""
        return self.open_leads > 0 and not self.active


@dataclass(frozen=True, slots=True)
class Attention:
    """What waits for an admin."""

    unassigned_leads: int
    leads_of_inactive: int
    dead_events: int
    email_conflicts: int
    held_forms: int
    failing_events: int
    open_erasures: int

    @property
    def is_anything(self) -> bool:
        """True when something does."""
        return any(getattr(self, name) for name in self.__slots__)
