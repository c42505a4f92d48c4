"""Bodies of POST /v1/customers/{id}/tickets and PATCH /v1/tickets/{id}."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

Status = Literal["open", "pending", "resolved", "closed"]
Priority = Literal["urgent", "high", "normal", "low"]


class OpenTicket(msgspec.Struct, forbid_unknown_fields=True):
    """Open a ticket. Without `due_at` it is due by its priority; `description` stands on the timeline only."""

    subject: str
    description: str | None = ""
    priority: Priority | None = "normal"
    assignee_id: str | None = None
    due_at: datetime | None = None


class ChangeTicket(msgspec.Struct, forbid_unknown_fields=True):
    """Change the fields that are given and no other. An old `version` is refused; `note` says why.

    null takes assignee and due time away; any other field that is null is not given.
    """

    version: int | None = None
    subject: str | UnsetType | None = UNSET
    status: Status | UnsetType | None = UNSET
    priority: Priority | UnsetType | None = UNSET
    assignee_id: str | UnsetType | None = UNSET
    due_at: datetime | UnsetType | None = UNSET
    note: str | None = ""
