"""The filter of the list of leads in the URL: the board's, and stages, days, a reason and an order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from litestar import Request

from app.domain.lead_list import LAST_CLOSED, MOMENTS, NEWEST, STAGE_GROUPS, LeadFilter
from app.domain.pipeline import LABELS, LOST_REASONS, Stage
from app.domain.viewer import Viewer
from app.web.asked import Link
from app.web.board.filter import Reading, read_board_filter, said, values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

Asking = Request[Viewer, Any, Any]
MORE: Final = ("from", "on", "reason", "sort", "stage", "to")
# What the head of a column sorts by: the first way, and the other one once it is that.
WAYS: Final = {
    "stage": ("stage_entered_at",),
    "value": ("-expected_value",),
    "score": ("-score", "score"),
    "due": ("follow_up_at",),
    "arrived": (NEWEST, "created_at"),
    "closed": (LAST_CLOSED,),
}


def read_lead_filter(
    request: Asking, of: str = "the list", beside: Sequence[str] = ()
) -> tuple[LeadFilter, list[str]]:
    """Read the filter from the URL, with a notice for each thing that was ignored, but not what stands `beside` it."""
    reading = Reading(request, of, (*MORE, *beside))
    first, last = reading.day("from"), reading.day("to")
    if first and last and first > last:
        reading.notices.append("The days end before they begin and were ignored.")
        first = last = None
    narrowed = LeadFilter(
        read_board_filter(request, reading),
        _stages(reading, request.query_params.getall("stage", [])),
        reason=reading.choice("reason", "reason to lose a lead", tuple(LOST_REASONS)),
        happened=reading.choice("on", "thing that has a day", tuple(MOMENTS)) or "arrived",
        first=first,
        last=last,
    )
    sort = reading.choice("sort", "order of these leads", tuple(narrowed.sorts))
    return replace(narrowed, sort=sort or narrowed.usual_sort), reading.notices


def query_of_leads(narrowed: LeadFilter) -> str:
    """Return the query string that leads to this list again."""
    has_days = narrowed.first or narrowed.last
    return said(
        values_of(narrowed.on_board)
        | {
            "from": narrowed.first.isoformat() if narrowed.first else "",
            "on": "closed" if has_days and narrowed.happened == "closed" else "",
            "reason": narrowed.reason,
            "sort": "" if narrowed.sort == narrowed.usual_sort else narrowed.sort,
            "stage": _stages_said(narrowed.stages),
            "to": narrowed.last.isoformat() if narrowed.last else "",
        }
    )


def has_filter(narrowed: LeadFilter) -> bool:
    """True when not every lead of the viewer's is in this list."""
    return bool(query_of_leads(replace(narrowed, sort=narrowed.usual_sort)))


def with_stages(narrowed: LeadFilter, stages: tuple[Stage, ...]) -> LeadFilter:
    """Return the same filter for other stages, in an order that these can have."""
    other = replace(narrowed, stages=stages)
    is_usual = narrowed.sort == narrowed.usual_sort or narrowed.sort not in other.sorts
    return replace(other, sort=other.usual_sort) if is_usual else other


def stage_links(narrowed: LeadFilter) -> list[Link]:
    """Return the stages that are a click away."""
    wanted: list[tuple[str, tuple[Stage, ...]]] = [("All", ()), ("All open", STAGE_GROUPS["open"])]
    wanted += [(label.removeprefix("Closed/").partition("/")[0], (stage,)) for stage, label in LABELS.items()]
    return [
        Link(label, query_of_leads(with_stages(narrowed, stages)), stages == narrowed.stages)
        for label, stages in wanted
    ]


def heads(narrowed: LeadFilter) -> dict[str, Link]:
    """Return what the heads of the columns sort by."""
    return {name: _head(narrowed, ways) for name, ways in WAYS.items() if ways[0] in narrowed.sorts}


def _head(narrowed: LeadFilter, ways: Sequence[str]) -> Link:
    is_current = narrowed.sort in ways
    wanted = ways[-1] if narrowed.sort == ways[0] else ways[0]
    order = ("descending" if narrowed.sort.startswith("-") else "ascending") if is_current else ""
    return Link(narrowed.sorts[wanted], query_of_leads(replace(narrowed, sort=wanted)), is_current, order)


def _stages(reading: Reading, said_: Sequence[str]) -> tuple[Stage, ...]:
    words = [word for text in said_ for word in text.split(",") if word]
    found: set[Stage] = set()
    for word in words[: 2 * len(Stage)]:
        if word in STAGE_GROUPS:
            found |= set(STAGE_GROUPS[word])
        elif word in set(Stage):
            found.add(Stage(word))
        else:
            reading.ignored("stage", word)
    return tuple(stage for stage in Stage if stage in found) if len(found) < len(Stage) else ()


def _stages_said(stages: tuple[Stage, ...]) -> str:
    group = next((name for name, whole in STAGE_GROUPS.items() if whole == stages), "")
    return group or ",".join(stages)
