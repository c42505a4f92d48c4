"""From a lead's facts to its features: flat, few, each on the allow-list, safe for whatever a form sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.domain.scoring.engagement import GROUPS, WINDOW, days_quiet, warmth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from app.domain.scoring.engagement import Touch

    Features = Mapping[str, str | float | None]

LONGEST_WORD: Final = 60
NUMBER: Final = re.compile(r"(\d{1,12}(?:[.,  ]\d{3})*)\s*([km]?)\b", re.IGNORECASE)
FACTOR: Final = {"": 1, "k": 1_000, "m": 1_000_000}
FREE_MAIL: Final = frozenset({
    "gmail", "googlemail", "yahoo", "ymail", "hotmail", "outlook", "live", "msn", "icloud", "me", "mac",
    "aol", "gmx", "web", "proton", "protonmail", "pm", "yandex", "mail", "qq", "163", "126", "zoho",
    "fastmail", "hey", "tutanota", "t-online", "orange", "free", "laposte", "libero", "seznam",
    "rediffmail",
})  # fmt: skip
# A form may call the same question differently.
ANSWERS: Final = {
    "team_size": ("team_size", "company_size", "employees"),
    "industry": ("industry",),
    "product": ("product", "product_interest"),
    "budget": ("budget",),
    "timeline": ("timeline", "timeframe"),
}
NUMBERS: Final = ("team_size", "budget")


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """What the tables say of a lead that scoring may look at."""

    created_at: datetime
    source: str = ""
    form_id: str = ""
    campaign: Mapping[str, Any] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict[str, Any])
    message_length: int = 0
    country: str = ""
    email_domain: str | None = None
    has_phone: bool = False
    has_company: bool = False
    touches: tuple[Touch, ...] = ()


def features_of(facts: LeadFacts, now: datetime, half_life_days: float) -> dict[str, str | float | None]:
    """Return the features of a lead at `now`; their names are those of FIELDS."""
    campaign = facts.campaign or {}
    return {
        "source": _word(facts.source),
        "form": _word(facts.form_id),
        "campaign_source": _word(campaign.get("source")),
        "campaign_medium": _word(campaign.get("medium")),
        "country": _word(facts.country),
        "email_kind": _email_kind(facts.email_domain),
        "has_phone": "yes" if facts.has_phone else "no",
        "has_company": "yes" if facts.has_company else "no",
        "message_length": facts.message_length,
        **{name: _answer(facts.answers, name) for name in ANSWERS},
        **warmth(facts.touches, now, half_life_days),
        "days_quiet": days_quiet(facts.touches, facts.created_at, now),
    }


def after_silence(features: Features, days: float, half_life_days: float) -> dict[str, str | float | None]:
    """Return what the features of some days ago are by now, when there was no sign of life since."""
    later = dict(features)
    for name in GROUPS.values():
        if isinstance(known := later.get(name), int | float):
            later[name] = round(known * 2 ** (-days / half_life_days), 3)
    if isinstance(quiet := later.get("days_quiet"), int | float):
        later["days_quiet"] = min(int(quiet + days), WINDOW.days)
    return later


def _word(value: Any) -> str | None:
    return " ".join(str(value or "").split()).casefold()[:LONGEST_WORD] or None


def _answer(answers: Mapping[str, Any], name: str) -> str | float | None:
    said = next((_word(answers[key]) for key in ANSWERS[name] if answers.get(key)), None)
    return said if said is None or name not in NUMBERS else _first_number(said)


def _first_number(text: str) -> float | None:
    """Return the lower end of a span such as `50-200`, `10k - 25k` or `€ 1,000+`."""
    found = NUMBER.search(text)
    if found is None:
        return None
    return int(re.sub(r"\D", "", found[1])) * FACTOR[found[2].casefold()]


def _email_kind(domain: str | None) -> str | None:
    if not domain:
        return None
    return "private" if domain.casefold().partition(".")[0] in FREE_MAIL else "business"
