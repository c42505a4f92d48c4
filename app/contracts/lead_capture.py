"""POST /v1/leads/capture: a marketing form from the CMS."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Campaign(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where the visitor came from (the five utm parameters)."""

    source: str = ""
    medium: str = ""
    name: str = ""
    term: str = ""
    content: str = ""


class Consent(msgspec.Struct, forbid_unknown_fields=True):
    """What the person agreed to, and to which text."""

    marketing: bool
    text_version: str = ""


class LeadCapture(msgspec.Struct, forbid_unknown_fields=True):
    """One submission; only name and e-mail are required."""

    name: str
    email: str
    phone: str = ""
    company: str = ""
    job_title: str = ""
    country: str = ""
    message: str = ""
    source: str = ""
    form_id: str = ""
    page_url: str = ""
    referrer: str = ""
    campaign: Campaign | None = None
    consent: Consent | None = None
    answers: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    submitted_at: datetime | None = None
    sso_user_id: str | None = None


class CaptureLinks(msgspec.Struct):
    """Where the lead and its customer can be read."""

    lead: str
    customer: str


class CaptureAnswer(msgspec.Struct):
    """What became of the submission: `created` or `merged`."""

    outcome: str
    lead_id: str
    customer_id: str
    stage: str
    status: str
    links: CaptureLinks
