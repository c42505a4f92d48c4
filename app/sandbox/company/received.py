"""What the website sent for a lead, as the log of submissions keeps it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from app.sandbox.company.story import Story

CMS: Final = "slyyfoxx-cms"


def form_said(story: Story) -> dict[str, Any]:
    """Return what the visitor filled in."""
    person, form = story.person, story.form
    said = {
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "company": person.company,
        "job_title": person.job_title,
        "country": person.country,
        "message": form.message,
        "campaign": form.campaign,
        "answers": {"team_size": form.team_size},
    }
    return {field: value for field, value in said.items() if value}


def submission_row(story: Story, customer_id: str) -> dict[str, Any]:
    """Return the row of the form a lead began with; it has the lead's id, so that it costs the seed no chance."""
    sent = form_said(story) | {"source": story.form.source, "form_id": story.form.form_id}
    return {
        "id": story.id,
        "client": CMS,
        "body_hash": hashlib.sha256(msgspec.json.encode(sent)).digest(),
        "raw": sent,
        "outcome": "created",
        "lead_id": story.id,
        "customer_id": customer_id,
        "received_at": story.created_at,
    }
