"""The reports of what leads bring: by month, by where they came from, by rep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.lead_list import CLOSED_STAGES
from app.domain.pipeline import COMMITTED, Stage
from app.domain.report import Column, Days, Rate, Table
from app.domain.report_figures import NONE
from app.web import charts, formats
from app.web.charts import Bar, share
from app.web.reports.shown import Shown, Tile, columns, counted, money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from app.domain.report import Asked, Cell
    from app.domain.report_figures import Origin, Outlook, Pile, RepFigures

MOST_BARS: Final = 10
NOBODY: Final = "Nobody yet"
COMMIT: Final = " and ".join(stage.label for stage in COMMITTED)


def show_forecast(it: Outlook, asked: Asked) -> Shown:
    """Show what is to come, and what has come this month."""
    ahead: list[tuple[Cell, Pile, Decimal]] = [
        ("Overdue", it.overdue, NONE),
        *((month.first, month.expected, month.won) for month in it.months),
        ("Later", it.later, NONE),
        ("Without a date", it.undated, NONE),
    ]
    rows = tuple(
        (label, pile.leads, pile.commit, pile.weighted, pile.best, won) for label, pile, won in ahead
    )
    whole, won = it.open, sum((month.won for month in it.months), NONE)
    return Shown(
        "Forecast by month",
        f"All open leads by their expected closing date from today on. Commit: those in {COMMIT}. Weighted: each by the"
        " chance of its stage. Best case: all are won. Beside them what was won since this month began.",
        (
            Tile("Commit", whole.commit, f"in {COMMIT}"),
            Tile("Weighted", whole.weighted, "by stage"),
            Tile("Best case", whole.best, formats.plural(whole.leads, "open lead")),
            Tile("Won this month", won, tone="ok"),
            Tile("Overdue", it.overdue.best, formats.plural(it.overdue.leads, "lead")),
            Tile("Without a date", it.undated.best, formats.plural(it.undated.leads, "lead")),
        ),
        Table(
            columns("Expected to close", "Leads")
            + money(asked, "Commit", "Weighted", "Best case", "Won already"),
            rows,
            (("Total", whole.leads, whole.commit, whole.weighted, whole.best, won),),
        ),
        charts.FORECAST,
        months=tuple(charts.forecast(it)),
        is_empty=not (whole.leads or won),
    )


def show_sources(it: Sequence[Origin], asked: Asked) -> Shown:
    """Show what sources or campaigns bring."""
    is_campaign = asked.by == "campaign"
    came, won = sum(one.came for one in it), sum(one.won for one in it)
    value, most = sum((one.value for one in it), NONE), max((one.came for one in it), default=0)
    named = [(_origin(one, is_campaign=is_campaign), one) for one in it]
    return Shown(
        "What each campaign brings" if is_campaign else "What each source brings",
        "Leads that arrived in the range, and what was won of them so far.",
        (
            Tile("Arrived", came, "leads"),
            Tile("Won", won, "so far", "ok"),
            Tile("Won of arrived", Rate(won, came)),
            Tile("Won value", value),
        ),
        Table(
            (
                *columns("Campaign (source / medium)" if is_campaign else "Source", "Arrived", "Won"),
                Column("Won of arrived", "%"),
                *money(asked, "Won value"),
            ),
            tuple((label, one.came, one.won, Rate(one.won, one.came), one.value) for label, one in named),
            (("Total", came, won, Rate(won, came), value),),
        ),
        {"won": "Won", "expected": "Arrived"},
        bars=tuple(
            Bar(
                label,
                f"{one.won:,} of {one.came:,} · {formats.short_amount(one.value, asked.currency)}",
                share(one.won, most),
                "won",
                share(one.came, most),
            )
            for label, one in named[:MOST_BARS]
        ),
        links=() if is_campaign else tuple(_of_source(one, asked) for one in it),
        is_empty=not came,
    )


def _of_source(it: Origin, asked: Asked) -> tuple[str, ...]:
    if not it.name:  # all others, and what came from nowhere: no filter says that
        return ("", "")
    arrived = counted(asked, "arrived", source=it.name)
    return arrived, counted(asked, "arrived", Stage.CLOSED_WON, source=it.name)


def _of_rep(it: RepFigures, asked: Asked) -> tuple[str, ...]:
    owner = it.id or "none"
    won, lost = (counted(asked, "closed", stage, owner=owner) for stage in CLOSED_STAGES)
    return counted(asked, "arrived", owner=owner), won, lost


def _origin(it: Origin, *, is_campaign: bool) -> str:
    if it.name is None:
        return "All others"
    if is_campaign:
        return " / ".join(each for each in (it.name, it.medium) if each) or "No campaign"
    return formats.source(it.name) or "Unknown"


def show_reps(it: Sequence[RepFigures], asked: Asked) -> Shown:
    """Show how each rep does."""
    came, won, lost = (sum(getattr(one, name) for one in it) for name in ("came", "won", "lost"))
    value, most = sum((one.value for one in it), NONE), max((one.value for one in it), default=NONE)
    named = [(one.name or NOBODY, one) for one in it]
    return Shown(
        "How each rep does",
        "Leads by who has them now: those that arrived in the range, and those won or lost in it.",
        (
            Tile("Won", won, "leads", "ok"),
            Tile("Won value", value),
            Tile("Won of closed", Rate(won, won + lost)),
            Tile("Arrived", came, "leads"),
        ),
        Table(
            (
                *columns("Rep", "Arrived", "Won", "Lost"),
                Column("Won of closed", "%"),
                *money(asked, "Won value"),
                Column("Arrival to won, median", "days"),
            ),
            tuple(
                (label, one.came, one.won, one.lost, Rate(one.won, one.won + one.lost), one.value, Days(one.cycle))
                for label, one in named
            ),
            (("Total", came, won, lost, Rate(won, won + lost), value, ""),),
        ),
        {},
        bars=tuple(
            Bar(label, f"{formats.amount(one.value, asked.currency)} · {one.won:,} won", share(one.value, most), "won")
            for label, one in named[:MOST_BARS]
        ),
        owners=tuple(one.id or "none" for one in it),
        links=tuple(_of_rep(one, asked) for one in it),
        is_empty=not (came or won or lost),
    )  # fmt: skip
