"""What a marketing form must be to become a lead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.decoding import escape
from app.domain.text import Checker

if TYPE_CHECKING:
    from app.contracts.lead_capture import LeadCapture

MOST_ANSWERS, LONGEST_ANSWER, LONGEST_MESSAGE = 50, 1000, 10_000
CLOCK_SKEW = timedelta(minutes=5)
EARLIEST = timedelta(days=3650)
SHORT_FIELDS = {
    "phone": 50, "company": 200, "job_title": 200, "country": 100, "source": 100, "form_id": 100,
    "page_url": 2000, "referrer": 2000,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Submission:
    """A clean submission."""

    name: str
    email: str
    email_norm: str
    phone: str
    company: str
    job_title: str
    country: str
    message: str
    source: str
    form_id: str
    page_url: str
    referrer: str
    campaign: dict[str, str] | None
    consent: dict[str, Any] | None
    answers: dict[str, str]
    sso_user_id: str | None
    submitted_at: datetime | None


def clean_capture(capture: LeadCapture, now: datetime) -> Submission:
    """Return the submission, trimmed and normalised; raises Invalid with everything that is wrong."""
    checker = Checker()
    submission = check_capture(checker, capture, now)
    checker.finish()
    return submission


def check_capture(checker: Checker, capture: LeadCapture, now: datetime) -> Submission:
    """Return the submission as `clean_capture` does, noting what is wrong."""
    email, email_norm = checker.email("#/email", capture.email)
    fields = {
        name: checker.text(f"#/{name}", getattr(capture, name) or "", size)
        for name, size in SHORT_FIELDS.items()
    }
    return Submission(
        name=checker.text("#/name", capture.name, 200, required=True),
        email=email,
        email_norm=email_norm,
        message=checker.text("#/message", capture.message or "", LONGEST_MESSAGE),
        campaign=_clean_campaign(checker, capture),
        consent=_clean_consent(checker, capture),
        answers=_clean_answers(checker, capture.answers or {}),
        sso_user_id=checker.text("#/sso_user_id", capture.sso_user_id or "", 255) or None,
        submitted_at=_clean_time(checker, capture.submitted_at, now),
        **fields,
    )


def _clean_campaign(checker: Checker, capture: LeadCapture) -> dict[str, str] | None:
    if capture.campaign is None:
        return None
    given: dict[str, str | None] = msgspec.to_builtins(capture.campaign)
    said = {name: checker.text(f"#/campaign/{name}", value, 200) for name, value in given.items() if value}
    return said or None


def _clean_consent(checker: Checker, capture: LeadCapture) -> dict[str, Any] | None:
    if capture.consent is None:
        return None
    version = checker.text("#/consent/text_version", capture.consent.text_version or "", 100)
    return {"marketing": capture.consent.marketing, "text_version": version}


def _clean_answers(checker: Checker, answers: dict[str, str | None]) -> dict[str, str]:
    checker.require("#/answers", f"must have at most {MOST_ANSWERS} entries", ok=len(answers) <= MOST_ANSWERS)
    return {
        checker.text("#/answers", name, 100, required=True): checker.text(
            f"#/answers/{escape(name)}", value, LONGEST_ANSWER
        )
        for name, value in list(answers.items())[:MOST_ANSWERS]
        if value is not None
    }


def _clean_time(checker: Checker, at: datetime | None, now: datetime) -> datetime | None:
    at = checker.moment("#/submitted_at", at)
    if at is None:
        return None
    checker.require("#/submitted_at", "must not be in the future", ok=at <= now + CLOCK_SKEW)
    checker.require("#/submitted_at", "must be within the last ten years", ok=at >= now - EARLIEST)
    return at
