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

# Words that keep a column of a file out of a model, wherever they stand in its name.
DENIED: Final = frozenset({
    "firstname", "lastname", "surname", "fullname", "username", "nickname", "maiden", "initials", "salutation",
    "gender", "sex", "age", "birth", "birthday", "birthdate", "dob", "born", "marital", "married", "divorced",
    "spouse", "children", "kids", "dependents", "pregnant", "race", "ethnicity", "ethnic", "religion",
    "nationality", "citizenship", "disability", "ssn", "passport", "street", "zip", "postcode", "iban",
    "owner", "rep", "agent", "assignee", "assigned", "salesperson", "salesrep", "stage", "tag", "tags",
    "outcome", "reason", "score", "propensity", "won", "lost", "converted", "closed", "hour", "weekday", "month", "day",
})  # fmt: skip
DENIED_PHRASES: Final = (
    "last activity", "last notable activity", "lead profile", "lead quality", "win probability",
    "close date", "close value",
    "activity index", "profile index",
)  # fmt: skip
# Words that keep it out when nothing but plain words stand beside them: `Work Email`, not `Emails opened`.
DENIED_ALONE: Final = frozenset({
    "name", "names", "email", "mail", "phone", "mobile", "telephone", "fax", "address", "message", "messages",
    "comment", "comments", "note", "notes", "description", "text", "remark", "remarks", "subject", "status",
})  # fmt: skip
PLAIN: Final = frozenset({
    "lead", "customer", "contact", "client", "user", "person", "personal", "work", "home", "business", "private",
    "primary", "secondary", "main", "first", "last", "middle", "full", "given", "family", "preferred", "display",
    "current", "sales", "deal", "opportunity", "call", "id", "number", "no", "nr", "of", "the", "to", "my", "your",
    "raw", "body", "free", "local", "part", "prefix", "e", "1", "2", "3",
})  # fmt: skip


def is_denied(column: str) -> bool:
    """Say whether a column must not enter a model, judged by its name however it is written."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column)
    words = re.findall(r"[a-z0-9]+", spaced.casefold())
    sentence = f" {' '.join(words)} "
    alone = not DENIED_ALONE.isdisjoint(words) and (DENIED_ALONE | PLAIN).issuperset(words)
    return (
        alone or not DENIED.isdisjoint(words) or any(f" {phrase} " in sentence for phrase in DENIED_PHRASES)
    )
