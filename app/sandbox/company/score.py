"""What the product's own rules say about a drawn lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.scoring.engagement import GOOD_FOR, GROUPS, Touch
from app.domain.scoring.features import LeadFacts
from app.domain.scoring.model import COLD_START

if TYPE_CHECKING:
    from datetime import datetime

    from app.sandbox.company.draw import Draw
    from app.sandbox.company.story import Story


def score_columns(story: Story, today: datetime) -> dict[str, Any]:
    """Return the lead's columns about its score as it is today; a closed one keeps the score it ended with."""
    is_open = story.stage.is_open
    at = today if is_open else story.ended_at
    scored = COLD_START.score(COLD_START.features(_facts(story, at), at))
    return {
        "score": scored.score,
        "win_probability": scored.win_probability,
        "score_reasons": scored.reasons,
        "score_version": COLD_START.version,
        "scored_at": at,
        "score_due_at": today + GOOD_FOR if is_open else None,
    }


def snapshot_row(draw: Draw, story: Story) -> dict[str, Any]:
    """Return what the score at the capture was made of; a model learns from these."""
    at = story.created_at
    features = COLD_START.features(_facts(story, at), at)
    scored = COLD_START.score(features)
    return {
        "id": draw.id_at(at),
        "lead_id": story.id,
        "at": at,
        "version": COLD_START.version,
        "score": scored.score,
        "win_probability": scored.win_probability,
        "features": features,
        "reasons": scored.reasons,
    }


def _facts(story: Story, at: datetime) -> LeadFacts:
    person, form = story.person, story.form
    return LeadFacts(
        created_at=story.created_at,
        source=form.source,
        form_id=form.form_id,
        campaign=form.campaign,
        answers={"team_size": form.team_size},
        message_length=len(form.message),
        country=person.country,
        email_domain=person.email.partition("@")[2],
        has_phone=bool(person.phone),
        has_company=bool(person.company),
        touches=tuple(
            Touch(entry.kind, entry.at, entry.data.get("direction"), entry.data.get("outcome"))
            for entry in story.entries
            if entry.kind in GROUPS and entry.at <= at
        ),
    )
