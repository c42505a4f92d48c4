"""Bodies of POST /v1/customers/{id}/tickets and PATCH /v1/tickets/{id}."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from app.contracts.words import Time, text

Status = Literal["open", "pending", "resolved", "closed"]
Priority = Literal["urgent", "high", "normal", "low"]


class OpenTicket(msgspec.Struct, forbid_unknown_fields=True):
    """Open a ticket. Without `due_at` it is due by its priority; `description` stands on the timeline only."""

    subject: Annotated[str, text(200, minLength=1)]
    description: Annotated[str, text(10_000)] | None = ""
    priority: Priority | None = "normal"
    assignee_id: str | None = None
    due_at: Time | None = None


class ChangeTicket(msgspec.Struct, forbid_unknown_fields=True):
    """Change the fields that are given and no other. An old `version` is refused; `note` says why.

    null takes assignee and due time away; any other field that is null is not given.
    """

    version: int | None = None
    subject: Annotated[str, text(200, minLength=1)] | UnsetType | None = UNSET
    status: Status | UnsetType | None = UNSET
    priority: Priority | UnsetType | None = UNSET
    assignee_id: str | UnsetType | None = UNSET
    due_at: Time | UnsetType | None = UNSET
    note: Annotated[str, text(10_000)] | None = ""
