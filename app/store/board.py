"""The board in one statement: totals over the whole filter, and the first cards of every column."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from app.core.remembered import Remembered
from app.domain.board import CARDS_PER_COLUMN, Column, Surroundings
from app.domain.lead import Lead
from app.domain.pipeline import STAGE_WEIGHT, Stage
from app.store.board_filter import board_where, card_where, owner_id
from app.store.board_order import CLOSED, card_order, open_order, order_of
from app.store.board_totals import fitting, is_recent, is_whole, since, totals
from app.store.rows import lead_columns, lead_joins, to_lead
from app.store.stage_limits import IN_FORCE
from app.store.together import read_beside
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.domain.board import BoardFilter
    from app.domain.viewer import Viewer
    from app.store.board_order import Order
    from app.store.together import Write
    from app.store.where import Where

KNOWN_SECONDS: Final = 15 * 60.0  # what was erased must not stay anywhere (docs/adr/0092)
_known: Final = Remembered[tuple[Any, ...], Lead](KNOWN_SECONDS, most=2_000)
_OWN: Final = slice(4, -1)  # a row without what its column has, and without what stands around
_HEADS = """
    SELECT wanted.stage AS column_stage, coalesce(totals.count, 0) AS count, coalesce(totals.value, 0) AS value,
        stage_limit.most
    FROM unnest({stages}::text[]) WITH ORDINALITY AS wanted (stage, place)
    LEFT JOIN ({totals}) totals ON totals.stage = wanted.stage
    LEFT JOIN LATERAL ({most}) stage_limit ON true ORDER BY wanted.place"""
_BOARD = """
    WITH totals AS ({totals})
    SELECT wanted.stage AS column_stage, coalesce(totals.count, 0) AS count, coalesce(totals.value, 0) AS value,
        stage_limit.most, card.*, CASE WHEN row_number() OVER () = 1 THEN {around} END AS around
    FROM unnest({stages}::text[]) WITH ORDINALITY AS wanted (stage, place)
    LEFT JOIN totals ON totals.stage = wanted.stage
    LEFT JOIN LATERAL ({most}) stage_limit ON true
    LEFT JOIN LATERAL (
        (SELECT {columns} FROM lead {joins} WHERE {where} AND lead.stage = wanted.stage AND lead.closed_at IS NULL
            AND wanted.stage NOT IN ('closed_won', 'closed_lost') ORDER BY {open_order} LIMIT {limit})
        UNION ALL
        (SELECT {columns} FROM lead {joins} WHERE {where} AND lead.stage = wanted.stage
            AND lead.closed_at >= {since} ORDER BY {closed_order} LIMIT {limit})
    ) card ON true
    ORDER BY wanted.place, {card_order}"""
# With a text who fits is looked up once, not for the totals and for each column again.
_SEARCHED = """
    WITH fitting AS MATERIALIZED ({fitting}),
    totals AS (SELECT stage, count(*) AS count, coalesce(sum(expected_value), 0) AS value FROM fitting GROUP BY stage)
    SELECT wanted.stage AS column_stage, coalesce(totals.count, 0) AS count, coalesce(totals.value, 0) AS value,
        NULL::integer AS most, card.*, CASE WHEN row_number() OVER () = 1 THEN {around} END AS around
    FROM unnest({stages}::text[]) WITH ORDINALITY AS wanted (stage, place)
    LEFT JOIN totals ON totals.stage = wanted.stage
    LEFT JOIN LATERAL (
        SELECT {columns} FROM (
            SELECT card.id FROM fitting card WHERE card.stage = wanted.stage ORDER BY {card_order} LIMIT {limit}
        ) first JOIN lead ON lead.id = first.id {joins}
    ) card ON true
    ORDER BY wanted.place, {card_order}"""


# What else the page needs rides along in one row: a round trip costs more than the bytes.
_AROUND = """json_build_object(
        'views', (SELECT coalesce(json_agg(json_build_object('id', id, 'name', name, 'query', query,
                'shared', shared, 'by', by) ORDER BY by IS NOT NULL, lower(name)), '[]') FROM (
            SELECT id, name, query, shared, NULL AS by FROM saved_view WHERE owner_id = $1 UNION ALL
            SELECT saved_view.id, saved_view.name, query, shared, staff.name FROM saved_view
            JOIN staff ON staff.id = owner_id WHERE shared AND owner_id <> $1) view),
        'owner', (SELECT name FROM staff WHERE id = {owner}))"""


async def read_board(viewer: Viewer, narrowed: BoardFilter) -> tuple[tuple[Column, ...], Surroundings]:
    """Return the six columns, each with its first page and totals, and what stands around them, in one statement."""
    where = _where(viewer, narrowed)
    around = _AROUND.format(owner=where.bind(owner_id(viewer, narrowed)))
    rows = await _read(where, narrowed, tuple(Stage), around)
    around = next(row["around"] for row in rows if row["around"])
    return _columns(tuple(Stage), rows, narrowed), msgspec.json.decode(around, type=Surroundings)


async def read_columns(viewer: Viewer, narrowed: BoardFilter, stages: Sequence[Stage]) -> tuple[Column, ...]:
    """Return the first page of the given columns with their totals, in one statement."""
    rows = await _read(_where(viewer, narrowed), narrowed, stages, "NULL")
    return _columns(stages, rows, narrowed)


async def _read(where: Where, narrowed: BoardFilter, stages: Sequence[Stage], around: str) -> list[Any]:
    stages_at = where.bind([stage.value for stage in stages])
    if narrowed.q:
        found = {"fitting": fitting(where, narrowed)}
    else:
        found = {"totals": totals(where, narrowed, stages), "since": since(where)}
    sql = (_SEARCHED if narrowed.q else _BOARD).format(
        **found,
        where=where,
        stages=stages_at,
        around=around,
        most=_most(where.viewer, narrowed),
        columns=lead_columns(where.viewer),
        joins=lead_joins(where.viewer),
        open_order=open_order(narrowed),
        closed_order=CLOSED,
        card_order=card_order(narrowed),
        limit=CARDS_PER_COLUMN + 1,
    )
    return await connection().fetch(sql, *where.args)


async def read_heads(
    viewer: Viewer, narrowed: BoardFilter, stages: Sequence[Stage], beside: Write | None = None
) -> tuple[Column, ...]:
    """Return the given columns with their totals and without cards, with a write beside it in the same round trip."""
    where = _where(viewer, narrowed)
    stages_at = where.bind([stage.value for stage in stages])
    counted, most = totals(where, narrowed, stages), _most(viewer, narrowed)
    heads = _HEADS.format(totals=counted, most=most, stages=stages_at)
    rows = await read_beside(beside, heads, *where.args)
    return tuple(_head(stage, row) for stage, row in zip(stages, rows, strict=True))


async def read_cards(viewer: Viewer, narrowed: BoardFilter, ids: Sequence[UUID]) -> tuple[Lead, ...]:
    """Return those of the leads that are the viewer's, are on the board at all, and fit the filter."""
    where = card_where(viewer, narrowed)
    where.add(is_recent(where))
    where.add(f"lead.id = ANY({where.bind(list(ids))})")
    rows = await connection().fetch(
        f"SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)} WHERE {where} ORDER BY {open_order(narrowed)}",
        *where.args,
    )
    return tuple(to_lead(row) for row in rows)


async def read_more_cards(
    viewer: Viewer, narrowed: BoardFilter, stage: Stage, cursor: str
) -> tuple[tuple[Lead, ...], str | None]:
    """Return the cards of a column after `cursor`, and the cursor of the next page; raises Invalid for a bad one."""
    where = card_where(viewer, narrowed)
    where.add(f"lead.stage = {where.bind(stage.value)}")
    if not stage.is_open:
        where.add(f"lead.closed_at >= {since(where)}")
    order = order_of(stage, narrowed)
    where.add(order.after(where, cursor))
    rows = await connection().fetch(
        f"SELECT {lead_columns(viewer)} FROM lead {lead_joins(viewer)} WHERE {where}"
        f" ORDER BY {order} LIMIT {CARDS_PER_COLUMN + 1}",
        *where.args,
    )
    return _page([to_lead(row) for row in rows], order)


def _where(viewer: Viewer, narrowed: BoardFilter) -> Where:
    """Return the condition for whole columns; where only the owner narrows, totals that are kept are asked, too."""
    where = board_where(viewer, narrowed)
    if not is_whole(narrowed):
        where.add(is_recent(where))
    return where


def _most(viewer: Viewer, narrowed: BoardFilter) -> str:
    """Return what selects the limit of a `wanted` stage; it is compared with all leads of one person, or with none."""
    is_ones = viewer.is_rep or narrowed.owner not in {"", "none"}
    return IN_FORCE if is_ones and is_whole(narrowed) else "SELECT NULL::integer AS most"


def _head(stage: Stage, row: Any) -> Column:
    value = row["value"]
    weighted = (value * Decimal(str(STAGE_WEIGHT[stage]))).quantize(Decimal("0.01"))
    return Column(stage, row["count"], value, weighted, (), None, row["most"])


def _columns(stages: Sequence[Stage], rows: list[Any], narrowed: BoardFilter) -> tuple[Column, ...]:
    by_stage = {name: list(found) for name, found in groupby(rows, key=itemgetter("column_stage"))}
    return tuple(_column(stage, by_stage[stage.value], order_of(stage, narrowed)) for stage in stages)


def _column(stage: Stage, rows: list[Any], order: Order) -> Column:
    cards, cursor = _page([_card(row) for row in rows if row["id"] is not None], order)
    return replace(_head(stage, rows[0]), cards=cards, next_cursor=cursor)


def _card(row: Any) -> Lead:
    """Build a row's lead; the same columns are the same lead, which most cards are from one look to the next."""
    own = row[_OWN]
    return _known.get(own) or _known.keep(own, to_lead(row))


def _page(leads: list[Lead], order: Order) -> tuple[tuple[Lead, ...], str | None]:
    cards = tuple(leads[:CARDS_PER_COLUMN])
    return cards, order.cursor(cards[-1]) if len(leads) > CARDS_PER_COLUMN else None
