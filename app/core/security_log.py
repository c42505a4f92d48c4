"""The security log: who came, went and was refused, by ids alone. docs/runbook.md says what each event means.

Whoever decides writes a success; what was refused is written where errors are translated: one line a request.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from app.core.log import logger

Event = Literal[
    "login",
    "logout",
    "logout_by_sso",
    "session_ended_by_sso",
    "sessions_ended",
    "session_refused",
    "token_refused",
    "signature_refused",
    "customer_exported",
    "forbidden",
    "foreign_page",
    "too_many",
]

log: Final = logger("security")


def succeeded(event: Event, who: str | None, **more: str | int) -> None:
    """Note that `who`, an id of a person or a machine, did it."""
    log.info(event, outcome="succeeded", who=who, **more)


def refused(event: Event, who: str | None, **more: Any) -> None:
    """Note that it was refused; `who` is None where nothing that was shown can be believed."""
    log.warning(event, outcome="refused", who=who, **more)
