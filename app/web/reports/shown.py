"""A report as it is seen: key figures, bars, and the table that is also the file for spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.board import BoardFilter
from app.domain.lead_list import LeadFilter
from app.domain.report import Column
from app.web.leads.filter import query_of_leads

if TYPE_CHECKING:
    from app.domain.pipeline import Stage
    from app.domain.report import Asked, Cell, Table
    from app.web.charts import Bar, MonthBars


@dataclass(frozen=True, slots=True)
class Tile:
    """A key figure above the chart."""

    label: str
    value: Cell
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """One report, drawn: what it is called, what it counts, and its figures."""

    title: str
    about: str
    tiles: tuple[Tile, ...]
    table: Table
    legend: dict[str, str]
    bars: tuple[Bar, ...] = ()
    months: tuple[MonthBars, ...] = ()
    owners: tuple[str, ...] = ()  # whose rows these are, where each row is somebody's
    links: tuple[
        tuple[str, ...], ...
    ] = ()  # for each row's cells behind the first: where what is counted is listed
    listed: str = "leads"
    is_empty: bool = False


def columns(*labels: str) -> tuple[Column, ...]:
    """Return columns of names and counts."""
    return tuple(Column(label) for label in labels)


def money(asked: Asked, *labels: str) -> tuple[Column, ...]:
    """Return columns of amounts."""
    return tuple(Column(label, asked.currency) for label in labels)


def counted(
    asked: Asked, happened: str, *stages: Stage, owner: str = "", source: str = "", reason: str = ""
) -> str:
    """Return where just those leads of the range are listed that a figure counts."""
    board = BoardFilter(owner=owner or asked.owner, source=source, zone=asked.period.zone)
    days = (happened, asked.period.first, asked.period.last)
    narrowed = LeadFilter(board, stages, reason, *days)
    return f"/leads?{query_of_leads(replace(narrowed, sort=narrowed.usual_sort))}"
