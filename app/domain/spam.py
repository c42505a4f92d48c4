"""What makes a submission suspicious. It is then held for a person to look at, never dropped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.core.errors import Problem

if TYPE_CHECKING:
    from app.domain.capture import Submission

MOST_LINKS: Final = 3
LINK: Final = re.compile(r"https?://(?:www\.)?|\bwww\.|<a\s|\[url\b", re.IGNORECASE)
MARKUP: Final = re.compile(r"<a\s|\[url\b", re.IGNORECASE)
# How many links a short field may have: some people write their company's address beside its name.
MOST_LINKS_IN: Final = {"name": 0, "company": 1, "job_title": 1}
# Fields that a page hides from people: only a machine fills them in.
HONEYPOTS: Final = frozenset({
    "website", "homepage", "honeypot", "_honeypot", "hp", "_hp", "_gotcha", "leave_blank", "leave_this_empty",
})  # fmt: skip
DISPOSABLE: Final = frozenset({
    "0-mail.com", "10minutemail.com", "20minutemail.com", "33mail.com", "anonbox.net", "discard.email",
    "dispostable.com", "dropmail.me", "emailondeck.com", "fakeinbox.com", "getairmail.com", "getnada.com",
    "guerrillamail.com", "guerrillamail.info", "guerrillamail.net", "guerrillamail.org", "inboxkitten.com",
    "mail-temp.com", "mail.tm", "mailcatch.com", "maildrop.cc", "mailexpire.com", "mailinator.com",
    "mailinator.net", "mailnesia.com", "mailsac.com", "mintemail.com", "moakt.com", "mohmal.com", "mytemp.email",
    "nada.email", "sharklasers.com", "spam4.me", "spamgourmet.com", "temp-mail.org", "tempail.com",
    "tempmail.com", "tempmail.net", "tempmailo.com", "throwawaymail.com", "trashmail.com", "trashmail.de",
    "trashmail.net", "wegwerfmail.de", "yopmail.com", "yopmail.fr", "yopmail.net",
})  # fmt: skip


def find_suspicions(submission: Submission) -> list[Problem]:
    """Return why a submission should be looked at first; nothing for what people usually send."""
    found = [
        Problem(f"#/answers/{name}", "is hidden from people, and was filled in")
        for name, value in submission.answers.items()
        if value and name.casefold() in HONEYPOTS
    ]
    links = len(LINK.findall(submission.message))
    if links > MOST_LINKS:
        found.append(Problem("#/message", f"has {links} links; people send {MOST_LINKS} at most"))
    found += [
        Problem(f"#/{name}", "has a link" if most == 0 else "has links")
        for name, most in MOST_LINKS_IN.items()
        if len(LINK.findall(value := getattr(submission, name))) > most or MARKUP.search(value)
    ]
    domain = submission.email_norm.rpartition("@")[2]
    if is_disposable(domain):
        found.append(Problem("#/email", f"is a throw-away address of {domain}"))
    return found


def is_disposable(domain: str) -> bool:
    """Say whether a domain, or one above it, gives addresses away for minutes."""
    parts = domain.split(".")
    return any(".".join(parts[start:]) in DISPOSABLE for start in range(len(parts) - 1))
