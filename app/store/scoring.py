"""What scoring reads and writes. Claims never wait: a lead being changed is left to the next sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.ids import uuid7
from app.domain.scoring.engagement import GOOD_FOR, WINDOW, Touch
from app.domain.scoring.features import LeadFacts
from app.domain.scoring.model import Model, read_model
from app.store.rows import changed, optional_json, to_json
from app.store.scope import own_leads
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.scoring.result import Scored
    from app.domain.viewer import Viewer

FACTS = """lead.source, lead.form_id, lead.campaign, lead.answers, lead.message_length, lead.created_at,
    customer.country, split_part(customer.email_norm, '@', 2) AS email_domain, customer.phone <> '' AS has_phone,
    customer.company <> '' AS has_company"""
# The customer's row is taken too, for the timeline entry: with both or neither, nothing can deadlock.
# The newest first: somebody looks at that lead now, and no import or new version stands in its way.
_CLAIM = f"""
    SELECT lead.id, lead.customer_id, lead.assigned_to_id, lead.score, lead.win_probability, lead.score_reasons,
        lead.score_version, {FACTS}
    FROM lead JOIN customer ON customer.id = lead.customer_id
    WHERE $1::text IS NOT NULL AND lead.closed_at IS NULL
        AND lead.score_due_at > $2 AND lead.score_due_at <= $3
    ORDER BY lead.score_due_at DESC LIMIT $4 FOR NO KEY UPDATE OF lead, customer SKIP LOCKED"""
_OUTDATED = """
    SELECT count(*) FROM lead
    WHERE $1::text IS NOT NULL AND closed_at IS NULL AND (score_due_at <= $2 OR score_due_at IS NULL)
        AND score_version <> (SELECT version FROM score_model WHERE score_model.active)"""
TOUCHES = """
    SELECT lead_id, kind, occurred_at, data->>'direction' AS direction, data->>'outcome' AS outcome
    FROM activity
    WHERE $1::text IS NOT NULL AND lead_id = ANY($2) AND may_show_interest(kind, data) AND occurred_at > $3
        AND NOT EXISTS (SELECT FROM activity correction WHERE correction.corrects_id = activity.id)"""
_SCORES = """
    UPDATE lead SET score = new.score, win_probability = new.chance, score_reasons = new.reasons,
        score_version = $5, scored_at = $6, score_due_at = clock_timestamp() + $7
    FROM unnest($1::uuid[], $2::smallint[], $3::float8[], $4::jsonb[]) AS new(id, score, chance, reasons)
    WHERE lead.id = new.id"""
_SNAPSHOTS = """
    INSERT INTO score_snapshot (id, lead_id, at, version, score, win_probability, features, reasons)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"""
_FORGOTTEN = """
    UPDATE lead SET score_due_at = coalesce(scored_at + $4, $2) WHERE id IN (
        SELECT id FROM lead WHERE $1::text IS NOT NULL AND closed_at IS NULL AND score_due_at IS NULL
        LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED)"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """An open lead locked for scoring: its facts, and the score it has."""

    id: UUID
    customer_id: UUID
    facts: LeadFacts
    score: int | None
    win_probability: float | None
    reasons: str
    version: str | None
    owner_id: str | None


@dataclass(frozen=True, slots=True)
class NewScore:
    """A score for a claimed lead, and what it was made of."""

    lead: Claimed
    scored: Scored
    features: Mapping[str, str | float | None]

    @property
    def reasons(self) -> str:
        """The reasons as they are stored."""
        return msgspec.json.encode(self.scored.reasons).decode()

    def differs(self, version: str) -> bool:
        """Say whether anything a person could see is new."""
        lead, scored = self.lead, self.scored
        before = (lead.score, lead.win_probability, lead.version, msgspec.json.decode(lead.reasons))
        after = (scored.score, scored.win_probability, version, msgspec.json.decode(self.reasons))
        return before != after


async def active_model(_viewer: Viewer, otherwise: Model, at: datetime) -> Model:
    """Return the active version; a database without one is given `otherwise`."""
    sql = "SELECT version, kind, body FROM score_model WHERE active"
    row = await connection().fetchrow(sql)
    if row is None:
        await connection().execute(
            "INSERT INTO score_model (version, kind, body, decision, active, created_by_id, created_at)"
            " VALUES ($1, $2, $3, 'the cold start', true, 'system', $4) ON CONFLICT DO NOTHING",
            otherwise.version,
            otherwise.kind,
            to_json(otherwise.body),
            at,
        )
        row = await connection().fetchrow(sql)
    return otherwise if row is None else read_model(row["version"], row["kind"], row["body"])


async def keep_active(viewer: Viewer) -> None:
    """Let no other version become the active one until the transaction ends."""
    sql = "SELECT FROM score_model WHERE $1::text IS NOT NULL AND active FOR KEY SHARE"
    await connection().execute(sql, viewer.id)


async def claim(viewer: Viewer, limit: int, after: datetime, until: datetime, at: datetime) -> list[Claimed]:
    """Lock open leads whose score falls due between two moments, the latest first, but none being changed right now."""
    rows = await connection().fetch(_CLAIM, viewer.id, after, until, limit)
    touches = await touches_of(viewer, [row["id"] for row in rows], at)
    return [_to_claimed(row, tuple(touches[row["id"]])) for row in rows]


async def count_outdated(viewer: Viewer, until: datetime) -> int:
    """Return how many open leads due until a moment have the score of another version than the active one."""
    return int(await connection().fetchval(_OUTDATED, viewer.id, until) or 0)


async def owe_scores(viewer: Viewer, customers: Sequence[UUID], at: datetime) -> None:
    """Owe a score to the open leads of these customers that are the viewer's; their rows are locked."""
    await connection().execute(
        f"UPDATE lead SET score_due_at = $2 WHERE {own_leads(viewer)} AND closed_at IS NULL AND customer_id = ANY($3)",
        viewer.id,
        at,
        customers,
    )


async def touches_of(viewer: Viewer, leads: Sequence[UUID], at: datetime) -> dict[UUID, list[Touch]]:
    """Return what each lead's customer did lately."""
    touches: dict[UUID, list[Touch]] = {lead: [] for lead in leads}
    found = await connection().fetch(TOUCHES, viewer.id, list(touches), at - WINDOW)
    for row in found:
        touches[row["lead_id"]].append(
            Touch(row["kind"], row["occurred_at"], row["direction"], row["outcome"])
        )
    return touches


def to_facts(row: Mapping[str, Any], touches: tuple[Touch, ...]) -> LeadFacts:
    """Build what scoring may know of a lead from a row with `FACTS`."""
    return LeadFacts(
        created_at=row["created_at"],
        source=row["source"],
        form_id=row["form_id"],
        campaign=_object(row["campaign"]),
        answers=_object(row["answers"]),
        message_length=row["message_length"],
        country=row["country"],
        email_domain=row["email_domain"],
        has_phone=row["has_phone"],
        has_company=row["has_company"],
        touches=touches,
    )


def _to_claimed(row: Mapping[str, Any], touches: tuple[Touch, ...]) -> Claimed:
    return Claimed(
        row["id"], row["customer_id"], to_facts(row, touches), row["score"], row["win_probability"],
        row["score_reasons"], row["score_version"], row["assigned_to_id"],
    )  # fmt: skip


def _object(value: str | None) -> dict[str, Any]:
    """Return a JSON object; anything else counts as empty, so that no odd row can hold up a batch."""
    read = optional_json(value)
    return read if isinstance(read, dict) else {}


async def write_scores(_viewer: Viewer, scores: Sequence[NewScore], version: str, at: datetime) -> None:
    """Give claimed leads their scores, the next one due later; the version a rep's page holds stays good."""
    await connection().execute(
        _SCORES,
        [new.lead.id for new in scores],
        [new.scored.score for new in scores],
        [new.scored.win_probability for new in scores],
        [new.reasons for new in scores],
        version,
        at,
        GOOD_FOR,
    )


async def insert_snapshots(scores: Sequence[NewScore], version: str, at: datetime) -> None:
    """Keep what each score was made of; the trainer learns from these, never from the lead as it ended."""
    await connection().executemany(
        _SNAPSHOTS,
        [
            (uuid7(), new.lead.id, at, version, new.scored.score, new.scored.win_probability,
             to_json(new.features), new.reasons)
            for new in scores
        ],
    )  # fmt: skip


async def owe_forgotten(viewer: Viewer, limit: int, at: datetime) -> int:
    """Owe open leads without a next score the one a day after their last; returns how many."""
    return changed(await connection().execute(_FORGOTTEN, viewer.id, at, limit, GOOD_FOR))
