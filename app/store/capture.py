"""The writes of one capture: customer, lead, the submission itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.core.errors import InFlight
from app.core.ids import uuid7
from app.domain.pipeline import Stage, Status
from app.store import timeline
from app.store.rows import to_json
from app.store.together import Write, moved_by
from app.store.transaction import connection

if TYPE_CHECKING:
    from app.domain.capture import Submission
    from app.domain.idempotency import Key
    from app.domain.timeline import NewEntry
    from app.domain.viewer import Viewer

# A later submission fills what was empty, and is the newest campaign and consent; it never overwrites.
_FILLED = """
    phone = coalesce(nullif(customer.phone, ''), $5),
    company = coalesce(nullif(customer.company, ''), $6),
    job_title = coalesce(nullif(customer.job_title, ''), $7),
    country = coalesce(nullif(customer.country, ''), $8),
    first_campaign = coalesce(customer.first_campaign, $9),
    last_campaign = coalesce($9, customer.last_campaign),
    first_consent = coalesce(customer.first_consent, $10),
    last_consent = coalesce($10, customer.last_consent),
    sso_user_id = coalesce(customer.sso_user_id, (SELECT id FROM account)),
    updated_at = $12"""
_ACCOUNT = "SELECT $11::text AS id WHERE NOT EXISTS (SELECT FROM customer WHERE sso_user_id = $11)"
_PERSON = """
    INSERT INTO customer (id, name, email, email_norm, phone, company, job_title, country, first_campaign,
        last_campaign, first_consent, last_consent, sso_user_id, created_at, updated_at)
    SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10, (SELECT id FROM account), $12, $12"""
# Who was merged keeps the address, and who they were merged into gets the lead; only the latter is locked.
_CUSTOMER = f"""
    WITH merged AS MATERIALIZED (
        SELECT merged_into_id AS id FROM customer WHERE email_norm = $4 AND merged_into_id IS NOT NULL
    ), account AS ({_ACCOUNT}), followed AS (
        UPDATE customer SET {_FILLED}
        WHERE customer.id = (SELECT id FROM merged) AND customer.merged_into_id IS NULL
            AND customer.erased_at IS NULL RETURNING customer.id
    ), made AS (
        {_PERSON}
        WHERE NOT EXISTS (SELECT FROM merged)
        ON CONFLICT (email_norm) DO UPDATE SET {_FILLED}
            WHERE customer.merged_into_id IS NULL
        RETURNING id
    )
    SELECT id FROM followed UNION ALL SELECT id FROM made"""

# A new lead goes to the next rep in turn.
_OPENED = """
    reps AS (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS place, count(*) OVER () AS number
        FROM staff WHERE active AND accepts_leads AND rep_id IS NOT NULL
    ), turn AS (
        SELECT nextval('assignment_turn') AS taken WHERE $9 AND {wanted} AND EXISTS (SELECT FROM reps)
    ), {name} AS (
        INSERT INTO lead (id, customer_id, assigned_to_id, status, stage, source, form_id, campaign, answers,
            message_length, score_due_at, expected_value, currency, stage_entered_at, created_at, updated_at)
        SELECT $1, $2, (SELECT reps.id FROM reps, turn WHERE place = taken % number), 'new', 'lead', $3, $4, $5, $6,
            $7, $10, $11, $8, $10, $10, $10
        WHERE {wanted}
        RETURNING {columns}
    )"""
_OPEN = "id, stage, status, assigned_to_id"
# The customer's row is locked, so nobody else can open a lead meanwhile.
_LEAD = f"""
    WITH existing AS (
        UPDATE lead SET score_due_at = $10, updated_at = $10
        WHERE customer_id = $2 AND stage NOT IN ('closed_won', 'closed_lost')
        RETURNING {_OPEN}
    ), {_OPENED.format(name="opened", wanted="NOT EXISTS (SELECT FROM existing)", columns=_OPEN)}
    SELECT *, false AS created FROM existing UNION ALL SELECT *, true FROM opened"""
# Most who write are new. Whoever is not, or becomes known at the same moment, is left to the two statements above.
_ABOUT = "id, customer_id, assigned_to_id, jsonb_build_object('assigned_to_id', assigned_to_id) AS facts"
_NEWCOMER = f"""
    account AS ({_ACCOUNT}), person AS ({_PERSON} ON CONFLICT (email_norm) DO NOTHING RETURNING id),
    {moved_by(12, _OPENED.format(name="about", wanted="EXISTS (SELECT FROM person)", columns=_ABOUT))}"""


_KNOWN = """
    SELECT person.id AS customer_id, lead.id, lead.stage, lead.status, lead.assigned_to_id
    FROM customer JOIN customer person ON person.id = coalesce(customer.merged_into_id, customer.id)
    LEFT JOIN lead ON lead.customer_id = person.id AND lead.closed_at IS NULL
    WHERE $1::text IS NOT NULL AND customer.email_norm = $2"""


@dataclass(frozen=True, slots=True)
class Making:
    """How what is not there yet is made, with what a new lead may bring; ids that were promised before are given."""

    at: datetime
    currency: str
    assign: bool
    value: Decimal | None = None
    customer_id: UUID = field(default_factory=uuid7)
    lead_id: UUID = field(default_factory=uuid7)


@dataclass(frozen=True, slots=True)
class OpenLead:
    """The customer's open lead after a capture, and whether the capture made it."""

    id: UUID
    stage: Stage
    status: Status
    assigned_to_id: str | None
    created: bool


def would_be(making: Making) -> OpenLead:
    """Return the lead that a newcomer gets, but for whose it becomes."""
    return OpenLead(making.lead_id, Stage.LEAD, Status.NEW, None, created=True)


async def append_newcomer(
    viewer: Viewer, submission: Submission, making: Making, entry: NewEntry, *beside: Write | None
) -> OpenLead | None:
    """Make a customer and their open lead, with its entry and what is beside it; None when somebody has the address."""
    lead = _lead_columns(submission, making, making.customer_id)
    about = Write(_NEWCOMER, (*_customer_columns(submission, making), *lead), named=True)
    found = await timeline.append_about(viewer, about, entry, *beside)
    return None if found is None else replace(would_be(making), assigned_to_id=found[0]["assigned_to_id"])


async def find_or_make_customer(_viewer: Viewer, submission: Submission, making: Making) -> UUID:
    """Return the customer with this e-mail, made or brought up to date, locked until the transaction ends."""
    given = _customer_columns(submission, making)
    found = await connection().fetchval(_CUSTOMER, *given)
    # They were merged while we waited for them: now we see into whom. Or erased: now it is a new one.
    if found is None:
        found = await connection().fetchval(_CUSTOMER, *given)
    if found is None:
        raise InFlight
    return found


async def find_or_make_lead(
    _viewer: Viewer, customer_id: UUID, submission: Submission, making: Making
) -> OpenLead:
    """Return the locked customer's open lead, made when there is none; either way a score is owed."""
    row = await connection().fetchrow(_LEAD, *_lead_columns(submission, making, customer_id))
    return _to_open_lead(row, created=row["created"])


def _customer_columns(submission: Submission, making: Making) -> tuple[Any, ...]:
    return (
        making.customer_id,
        submission.name,
        submission.email,
        submission.email_norm,
        submission.phone,
        submission.company,
        submission.job_title,
        submission.country,
        to_json(submission.campaign),
        to_json(submission.consent),
        submission.sso_user_id,
        making.at,
    )


def _lead_columns(submission: Submission, making: Making, customer_id: UUID) -> tuple[Any, ...]:
    return (
        making.lead_id,
        customer_id,
        submission.source,
        submission.form_id,
        to_json(submission.campaign),
        to_json(submission.answers),
        len(submission.message),
        making.currency,
        making.assign,
        making.at,
        making.value,
    )


async def find_known(viewer: Viewer, email_norm: str) -> tuple[UUID | None, OpenLead | None]:
    """Return the customer with this e-mail and their open lead, where there are any; nothing is changed."""
    row = await connection().fetchrow(_KNOWN, viewer.id, email_norm)
    if row is None:
        return None, None
    return row["customer_id"], None if row["id"] is None else _to_open_lead(row, created=False)


def _to_open_lead(row: Any, *, created: bool) -> OpenLead:
    return OpenLead(row["id"], Stage(row["stage"]), Status(row["status"]), row["assigned_to_id"], created)


@dataclass(frozen=True, slots=True)
class Received:
    """A submission as it came: who sent it, under which key, the body."""

    client: str
    key: Key | None
    body: bytes
    body_hash: bytes


def submission_write(
    received: Received, outcome: str, *, lead_id: UUID | None, customer_id: UUID | None, at: datetime
) -> Write:
    """Return what keeps the submission as it came, with what became of it, beside its entry."""
    sql = (
        "INSERT INTO capture_submission (id, client, idempotency_key, body_hash, raw, outcome, lead_id, customer_id,"
        " received_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 FROM first"
    )
    columns = (
        uuid7(),
        received.client,
        received.key.value if received.key else None,
        received.body_hash,
        received.body.decode(),
        outcome,
        lead_id,
        customer_id,
        at,
    )
    return Write(sql, columns)
