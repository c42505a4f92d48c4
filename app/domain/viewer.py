"""Who is asking. Every service and every store function that reads rows takes a Viewer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum


class Role(StrEnum):
    """What a viewer is; each has one NOLOGIN database role with its own policies."""

    REP = "crm_rep"
    SUPPORT = "crm_support"
    ADMIN = "crm_admin"
    SYSTEM = "crm_system"


@dataclass(frozen=True, slots=True)
class Viewer:
    """One identity in one role. `id` is the SSO's `sub`, or the name of a system actor.

    `zone` is where they are, as far as that is known: whose today a day they name is compared with. How many mentions
    are unread is known of who has a session: it comes with it, for the top of each page.
    """

    id: str
    role: Role
    name: str = ""
    email: str = ""
    rep_id: str | None = None
    zone: tzinfo = UTC
    unread_mentions: int = 0

    @property
    def is_admin(self) -> bool:
        """True for SLYYFOXX_ADMIN."""
        return self.role is Role.ADMIN

    @property
    def is_rep(self) -> bool:
        """True for a standard user, who sees only their own leads."""
        return self.role is Role.REP

    @property
    def is_support(self) -> bool:
        """True for support staff, who see customers but no money."""
        return self.role is Role.SUPPORT


def system(actor: str) -> Viewer:
    """Return the viewer for work nobody signed in for: `capture`, `jobs`, `sso`."""
    return Viewer(id=actor, role=Role.SYSTEM, name=actor)
