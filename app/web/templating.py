"""The one Jinja environment, and what every template may use."""

from __future__ import annotations

import json
import re
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup
from typing_extensions import override

from app.core import clock
from app.core.ids import uuid7
from app.domain import permissions
from app.domain.board import BANDS, BUILT_IN, DUE, ORDERS, RECENT_DAYS
from app.domain.pipeline import LOST_REASONS, OPEN_STAGES, Stage
from app.domain.ticket import STATUS_LABELS
from app.web import formats
from app.web.ageing import true_until
from app.web.board import cards
from app.web.navigation import navigation, section_of
from app.web.reports.cells import figure
from app.web.serving.kept import TOKEN, Pieces, drawn_once
from app.web.timeline import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, MutableMapping
    from datetime import date, datetime

    from app.domain.lead import Lead
    from app.domain.ticket import Ticket
    from app.domain.timeline import Entry
    from app.domain.viewer import Viewer

ROOT: Final = Path(__file__).resolve().parents[2]
TEMPLATES: Final = ROOT / "templates"
DIST: Final = ROOT / "static" / "dist"
NOTHING: Final = Markup()


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page, and how: what the layout and the time filters need."""

    viewer: Viewer | None = None
    csrf: str = ""
    zone: ZoneInfo = ZoneInfo("UTC")
    theme: str = ""
    density: str = ""
    path: str = "/"
    partial: bool = False
    said: Markup = NOTHING


class PlainEnvironment(Environment):
    """Jinja's environment; its globals never change, so they need no chain of maps, which slows every import."""

    @override
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


class Unindented(Extension):
    """Leaves a template's indentation out of its output: a board is a third smaller without."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the source without the white space its lines begin with."""
        del name, filename
        return re.sub(r"^[ \t]+", "", source, flags=re.MULTILINE)


_reader: ContextVar[Reader] = ContextVar("reader")
_pieces: Final = Pieces()


def render(template: str, reader: Reader, **context: Any) -> str:
    """Return the template as `reader` sees it."""
    token = _reader.set(reader)
    try:
        return environment().get_template(template).render(context)
    finally:
        _reader.reset(token)


@cache
def environment() -> Environment:
    """Build the environment once: escaped, strict, with our filters and globals."""
    env = PlainEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        extensions=[Unindented],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(_filters())
    asked: dict[str, Any] = env.tests
    asked |= {"overdue": _is_overdue, "over": _is_over}
    shared: dict[str, Any] = env.globals
    shared.update(
        asset=asset,
        csrf_field=csrf_field,
        dom_id=dom_id,
        frame=_frame,
        drawn_once=drawn_once,
        kept=_kept,
        new_key=lambda: str(uuid7()),
        reader=_reader.get,
        stages=tuple(Stage),
        open_stages=OPEN_STAGES,
        bands=BANDS,
        due_states=DUE,
        orders=ORDERS,
        recent_days=RECENT_DAYS,
        views=BUILT_IN,
        lost_reasons=LOST_REASONS,
        nav=navigation,
        ticket_statuses=STATUS_LABELS,
        permissions=permissions,
    )
    return env


def asset(name: str) -> str:
    """Return the URL of a built file; its name carries its hash."""
    return f"/static/{_manifest().get(name, name)}"


def csrf_field() -> Markup:
    """Return the hidden field that every form with method post carries."""
    token = _reader.get().csrf  # hexadecimal: nothing to escape
    return Markup(f'<input type="hidden" name="_csrf_token" value="{token}">')  # noqa: S704


def dom_id(kind: str, key: object) -> str:
    """Return the element id of a thing: the one place that spells it."""
    return f"{kind}-{key}"


@cache
def _manifest() -> dict[str, str]:
    file = DIST / "manifest.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _filters() -> dict[str, Callable[..., Any]]:
    return {
        "as_json": formats.as_json,
        "money": formats.money,
        "amount": formats.amount,
        "short_amount": formats.short_amount,
        "initials": formats.initials,
        "dial": formats.dial,
        "source": formats.source,
        "plural": formats.plural,
        "campaign": formats.campaign,
        "since": formats.since,
        "ago": _ago,
        "exact": _exact,
        "appointment": _appointment,
        "day": _day,
        "card": _card,
        "entry_words": _entry_words,
        "groupby_day": _groupby_day,
        "figure": figure,
    }


def _kept(macro: Any, things: Iterable[Lead | Entry], *args: Any) -> Markup:
    return _pieces.draw(_reader.get(), macro, things, *args)


def _frame(name: str) -> Markup:
    """Draw what looks the same to somebody on all pages of a section."""
    reader = _reader.get()
    section = section_of(reader.viewer, reader.path)

    def draw() -> str:
        return render(name, Reader(reader.viewer, csrf=TOKEN.decode()), section=section)

    return _pieces.frame((name, reader.viewer, section), draw, reader.csrf)


def _zone() -> ZoneInfo:
    return _reader.get().zone


def _ago(moment: datetime) -> Markup:
    return formats.time_tag(moment, formats.ago(moment), _zone())


def _exact(moment: datetime) -> Markup:
    return formats.time_tag(moment, formats.exact(moment, _zone()), _zone())


def _appointment(moment: datetime) -> Markup:
    return formats.time_tag(moment, formats.appointment(moment, _zone()), _zone())


def _day(value: date | datetime | str) -> str:
    if isinstance(value, str):
        return formats.stored_day(value, _zone())
    return formats.day(value, _zone())


def _is_over(value: date) -> bool:
    return value < formats.today(_zone())


def _is_overdue(ticket: Ticket) -> bool:
    now = clock.now()
    if ticket.due_at is not None and ticket.due_at >= now:
        true_until(ticket.due_at.timestamp())
    return ticket.is_overdue(now)


def _card(lead: Lead) -> cards.CardWords:
    return cards.describe(lead, _zone())


def _entry_words(entry: Entry) -> entries.EntryWords:
    return entries.describe(entry, _zone())


def _groupby_day(items: Iterable[Entry], after: str = "") -> list[tuple[str, list[Entry]]]:
    return entries.by_day(items, _zone(), after)
