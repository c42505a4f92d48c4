"""The reports of what happened to leads: how far they got, how long they stayed, why they were lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.pipeline import LOST_REASONS, OPEN_STAGES, Stage
from app.domain.report import Column, Days, Rate, Table
from app.domain.report_figures import NONE, Loss, Rival
from app.web import charts
from app.web.charts import Bar, share
from app.web.reports.cells import figure
from app.web.reports.shown import Shown, Tile, columns, counted, money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.domain.report import Asked
    from app.domain.report_figures import Funnel, Velocity


def show_funnel(it: Funnel, _asked: Asked) -> Shown:
    """Show how far leads got."""
    total = it.total
    rows = tuple((c.month or "", *c.steps, c.lost, c.still_open, c.rate) for c in it.cohorts)
    kept = (step.kept or "" for step in it.steps)
    return Shown(
        "How far leads get",
        "Leads that arrived in the range, by the furthest stage each has reached so far.",
        (
            Tile("Arrived", total.came, "leads"),
            Tile("Won", total.won, "so far", "ok"),
            Tile("Won of arrived", total.rate),
            Tile("Still open", total.still_open, "leads"),
        ),
        Table(
            (
                *columns("Month of arrival", "Arrived", "Qualified", "Proposal sent", "Negotiation", "Won", "Lost"),
                *(Column("Still open"), Column("Won of arrived", "%")),
            ),
            rows,
            (("Total", *total.steps, total.lost, total.still_open, total.rate), ("Of those before", *kept, "", "", "")),
        ),
        {},
        bars=tuple(charts.funnel(it)),
        is_empty=not total.came,
    )  # fmt: skip


def show_velocity(it: Velocity, _asked: Asked) -> Shown:
    """Show how long leads stayed where."""
    stays = [(stage.label, it.stays[stage]) for stage in OPEN_STAGES]
    most = max((stay.p90 or 0 for _, stay in stays), default=0)
    rows = [(label, stay.leads, Days(stay.median), Days(stay.p90)) for label, stay in stays]
    return Shown(
        "How long leads stay in each stage",
        "Leads that were won or lost in the range: the days each was in a stage, altogether.",
        (
            Tile("Closed", it.closed, "leads"),
            Tile("Won", it.cycle.leads, "leads", "ok"),
            Tile("Arrival to won", Days(it.cycle.median), "half are quicker"),
            Tile("Slowest tenth", Days(it.cycle.p90), "or longer, from arrival to won"),
        ),
        Table(
            (*columns("Stage", "Leads"), Column("Median", "days"), Column("90 % within", "days")),
            tuple(rows),
            (("Arrival to won", it.cycle.leads, Days(it.cycle.median), Days(it.cycle.p90)),),
        ),
        {"weighted": "Median", "expected": "90 % within"},
        bars=tuple(
            Bar(
                label,
                f"{figure(Days(stay.median))} · 90 % within {figure(Days(stay.p90))}" if stay.leads else "–",
                share(stay.median or 0, most),
                "weighted",
                share(stay.p90 or 0, most),
            )
            for label, stay in stays
        ),
        is_empty=not it.closed,
    )


def _with_rivals(named: Iterable[tuple[str, Loss]]) -> Iterable[tuple[str, Loss | Rival]]:
    """Yield each reason, and below it the competitors that were named."""
    for label, one in named:
        yield label, one
        yield from ((f"Competitor: {rival.name}", rival) for rival in one.rivals)


def show_lost(it: Sequence[Loss], asked: Asked) -> Shown:
    """Show why leads were lost."""
    leads, value = sum(one.leads for one in it), sum((one.value for one in it), NONE)
    most = max((one.leads for one in it), default=0)
    named = [(LOST_REASONS.get(one.reason, one.reason), one) for one in it]
    rows = tuple(_with_rivals(named))
    first = named[0] if named else None
    return Shown(
        "Why leads are lost",
        "Leads that were lost in the range, by the reason given, and the competitors named.",
        (
            Tile("Lost", leads, "leads"),
            Tile("Expected of them", value),
            Tile("Most often", Rate(first[1].leads, leads) if first else "–", first[0] if first else ""),
        ),
        Table(
            (*columns("Reason", "Leads"), Column("Share", "%"), *money(asked, "Expected value")),
            tuple((label, one.leads, Rate(one.leads, leads), one.value) for label, one in rows),
            (("Total", leads, Rate(leads, leads), value),),
        ),
        {},
        bars=tuple(
            Bar(label, f"{one.leads:,} · {Rate(one.leads, leads).percent} %", share(one.leads, most), "weighted")
            for label, one in named
        ),
        links=tuple((_lost_leads(asked, one),) for _, one in rows),
        is_empty=not leads,
    )  # fmt: skip


def _lost_leads(asked: Asked, one: Loss | Rival) -> str:
    """Return where the leads of a reason are listed; empty for what the list cannot be narrowed to."""
    if isinstance(one, Rival) or one.reason not in LOST_REASONS:
        return ""
    return counted(asked, "closed", Stage.CLOSED_LOST, reason=one.reason)
