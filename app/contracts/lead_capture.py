"""POST /v1/leads/capture: a marketing form from the CMS."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec

from app.contracts.words import CaptureOutcome, StageWord, StatusWord, Time, text

Answer = Annotated[str, text(1000)]
MANY: Final = msgspec.Meta(
    extra_json_schema={"maxProperties": 50, "propertyNames": {"minLength": 1, "maxLength": 100}}
)


class Campaign(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Where the visitor came from (the five utm parameters)."""

    source: Annotated[str, text(200)] | None = ""
    medium: Annotated[str, text(200)] | None = ""
    name: Annotated[str, text(200)] | None = ""
    term: Annotated[str, text(200)] | None = ""
    content: Annotated[str, text(200)] | None = ""


class Consent(msgspec.Struct, forbid_unknown_fields=True):
    """What the person agreed to, and to which text."""

    marketing: bool
    text_version: Annotated[str, text(100)] | None = ""


class LeadCapture(msgspec.Struct, forbid_unknown_fields=True):
    """One submission; only name and e-mail are required. null is as good as leaving a field out."""

    name: Annotated[str, text(200, minLength=1)]
    email: Annotated[str, text(254, minLength=3, format="idn-email")]
    phone: Annotated[str, text(50)] | None = ""
    company: Annotated[str, text(200)] | None = ""
    job_title: Annotated[str, text(200)] | None = ""
    country: Annotated[str, text(100)] | None = ""
    message: Annotated[str, text(10_000)] | None = ""
    source: Annotated[str, text(100)] | None = ""
    form_id: Annotated[str, text(100)] | None = ""
    page_url: Annotated[str, text(2000)] | None = ""
    referrer: Annotated[str, text(2000)] | None = ""
    campaign: Campaign | None = None
    consent: Consent | None = None
    answers: Annotated[dict[str, Answer | None], MANY] | None = msgspec.field(
        default_factory=dict[str, Answer | None]
    )
    submitted_at: Time | None = None
    sso_user_id: Annotated[str, text(255)] | None = None


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
