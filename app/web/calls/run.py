"""How far somebody has come with their calls, as their page's address says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode

from app.core import clock
from app.domain.calls import Run
from app.web.asked import number

if TYPE_CHECKING:
    from collections.abc import Mapping

PATH: Final = "/calls"
VIEW: Final = "calls-"  # before the query, in the hidden field of forms that come back here
NAMES: Final = ("since", "after", "logged", "skipped")
LONGEST_MOMENT: Final = 13  # digits: milliseconds until 2286
LONGEST_COUNT: Final = 4
LONGEST_QUERY: Final = 500


def read_run(query: Mapping[str, str]) -> Run:
    """Return how far the address says one is; at the beginning one begins now."""
    since = number(query.get("since", ""), LONGEST_MOMENT)
    return Run(
        datetime.fromtimestamp(since / 1_000, UTC) if since else clock.now(),
        query.get("after") or None,
        number(query.get("logged", ""), LONGEST_COUNT),
        number(query.get("skipped", ""), LONGEST_COUNT),
    )


def query_of(run: Run) -> str:
    """Return the query of the page that stands there."""
    said = (int(run.since.timestamp() * 1_000), run.after, run.logged, run.skipped)
    return urlencode({name: value for name, value in zip(NAMES, said, strict=True) if value})


def home_of_calls(view: str) -> str:
    """Return the page that a form's hidden field names; of what is no name of its query nothing is left."""
    asked = parse_qsl(view.removeprefix(VIEW)[:LONGEST_QUERY])
    kept = urlencode({name: value for name, value in asked if name in NAMES})
    return f"{PATH}?{kept}" if kept else PATH
