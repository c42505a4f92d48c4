"""What may be known of a lead when it is scored. The list is the whole list.

No name, gender, age or family; no local part of an e-mail, no free text; nothing that staff choose or type
after the capture (owner, stage, tags, lost reason): it would say what they believe, or how it ended.
"""

from __future__ import annotations

import re
from typing import Final

FIELDS: Final = {
    "source": "Source",
    "form": "Form",
    "campaign_source": "Campaign source",
    "campaign_medium": "Campaign medium",
    "country": "Country",
    "email_kind": "E-mail address",
    "has_phone": "Phone number",
    "has_company": "Company",
    "message_length": "Length of the message",
    "team_size": "Team size",
    "industry": "Industry",
    "product": "Product interest",
    "budget": "Budget",
    "timeline": "Time to decide",
    "meetings": "Recent meetings",
    "calls": "Recent calls from the customer",
    "emails": "Recent e-mails from the customer",
    "returns": "Recent returns to a form",
    "days_quiet": "Days without a sign of life",
}

# Words of a column's name that keep it out of a model trained on a file.
DENIED_WORDS: Final = frozenset({
    "name", "names", "firstname", "lastname", "surname", "fullname", "person", "gender", "sex", "age",
    "birth", "birthday", "birthdate", "dob", "marital", "married", "divorced", "spouse", "family",
    "children", "dependents", "pregnant", "race", "ethnicity", "ethnic", "religion", "nationality",
    "citizenship", "disability", "health", "orientation", "email", "phone", "mobile", "telephone",
    "address", "street", "zip", "postcode", "ssn", "passport", "message", "comment", "comments", "note",
    "notes", "description", "text", "remark", "remarks", "subject", "owner", "rep", "agent", "assignee",
    "assigned", "salesperson", "salesrep", "stage", "status", "tag", "tags", "quality", "reason", "outcome",
    "poutcome", "score", "hour", "weekday", "month", "day", "dayofweek",
})  # fmt: skip
DENIED_PHRASES: Final = (
    "last activity",
    "last notable activity",
    "lead profile",
    "closed",
    "lost reason",
    "won",
)
# Names that hold such a word and are harmless: whether one may write, which campaign, which kind of address.
HARMLESS: Final = re.compile(
    r"do not (e ?mail|call|phone)|(campaign|product|form|page|source) name"
    r"|e ?mail (kind|domain type|opt.?in)|has (e ?mail|phone)|message length|phone state|email state"
)


def is_denied(column: str) -> bool:
    """Say whether a column must not enter a model, judged by its name."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    words = re.sub(r"[^a-z0-9]+", " ", spaced.casefold()).strip()
    if HARMLESS.search(words):
        return False
    padded = f" {words.replace('e mail', 'email')} "
    return not DENIED_WORDS.isdisjoint(padded.split()) or any(
        f" {phrase} " in padded for phrase in DENIED_PHRASES
    )
