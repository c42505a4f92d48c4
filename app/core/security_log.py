"""The security log: who came, went and was refused, by ids alone. docs/runbook.md says what each event means.

What was done comes with its row of the audit (app/store/audit.py), once that is committed; what was refused is written
where errors are translated: one line a request.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from app.core.log import logger

Event = Literal[
    "login",
    "logout_by_sso",
    "session_ended_by_sso",
    "session_refused",
    "token_refused",
    "signature_refused",
    "forbidden",
    "foreign_page",
    "too_many",
]
"""What can be refused."""

log: Final = logger("security")


def succeeded(event: str, who: str | None, **more: str | int) -> None:
    """Note that `who`, an id of a person or a machine, did it."""
    log.info(event, outcome="succeeded", who=who, **more)


def refused(event: Event, who: str | None, **more: Any) -> None:
    """Note that it was refused; `who` is None where nothing that was shown can be believed."""
    log.warning(event, outcome="refused", who=who, **more)
