"""POST /v1/leads/capture: a marketing form from the CMS."""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.contracts.words import CaptureOutcome, StageWord, StatusWord


class Campaign(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where the visitor came from (the five utm parameters)."""

    source: str | None = ""
    medium: str | None = ""
    name: str | None = ""
    term: str | None = ""
    content: str | None = ""


class Consent(msgspec.Struct, forbid_unknown_fields=True):
    """What the person agreed to, and to which text."""

    marketing: bool
    text_version: str | None = ""


class LeadCapture(msgspec.Struct, forbid_unknown_fields=True):
    """One submission; only name and e-mail are required. null is as good as leaving a field out."""

    name: str
    email: str
    phone: str | None = ""
    company: str | None = ""
    job_title: str | None = ""
    country: str | None = ""
    message: str | None = ""
    source: str | None = ""
    form_id: str | None = ""
    page_url: str | None = ""
    referrer: str | None = ""
    campaign: Campaign | None = None
    consent: Consent | None = None
    answers: dict[str, str | None] | None = msgspec.field(default_factory=dict[str, str | None])
    submitted_at: datetime | None = None
    sso_user_id: str | None = None


class CaptureLinks(msgspec.Struct):
    """The pages of the lead and of its customer."""

    lead: str
    customer: str


class CaptureAnswer(msgspec.Struct):
    """What became of the submission: `created` or `merged`."""

    outcome: CaptureOutcome
    lead_id: str
    customer_id: str
    stage: StageWord
    status: StatusWord
    links: CaptureLinks
