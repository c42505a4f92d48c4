"""The rules a new CRM begins with. A version never changes: an edit becomes the next one."""

from __future__ import annotations

from typing import Final

from app.domain.scoring.rules import Rule, Rules, TouchRule

RULES_V1: Final = Rules(
    start=10,
    fit=(
        Rule("Asked for a demo", 20, "form", ("demo-request", "demo", "request-demo", "book-a-demo")),
        Rule("Asked for prices", 15, "form", ("pricing", "quote", "quote-request", "contact-sales")),
        Rule("Started a trial", 15, "form", ("trial", "free-trial", "signup")),
        Rule("Came by recommendation", 15, "source", ("referral", "partner", "recommendation")),
        Rule("Business e-mail", 10, "email_kind", ("business",)),
        Rule("Left a phone number", 5, "has_phone", ("yes",)),
        Rule("Named a company", 5, "has_company", ("yes",)),
        Rule("Team of 50 or more", 8, "team_size", at_least=50, below=200),
        Rule("Team of 200 or more", 12, "team_size", at_least=200),
        Rule("Has a budget", 10, "budget", at_least=1),
        Rule("Wants to decide soon", 10, "timeline", ("now", "asap", "immediately", "this week", "this month",
                                                      "this quarter", "within a month", "1-3 months")),
        Rule("Wrote what they need", 5, "message_length", at_least=40),
    ),
    touches=(
        TouchRule("Met with us lately", 16, "meetings", 25),
        TouchRule("Called us lately", 12, "calls", 20),
        TouchRule("Wrote to us lately", 10, "emails", 20),
        TouchRule("Came back to a form", 8, "returns", 15),
    ),
    penalties=(
        Rule("Private e-mail address", -5, "email_kind", ("private",)),
        Rule("From a bought list", -15, "source", ("purchased-list", "bought-list", "cold-list")),
        Rule("Looks for a job", -30, "form", ("careers", "jobs", "job-application")),
        Rule("Quiet for a month", -8, "days_quiet", at_least=30, below=60),
        Rule("Quiet for two months", -15, "days_quiet", at_least=60),
    ),
)  # fmt: skip
