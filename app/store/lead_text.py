"""Leads whose customer fits a text, as fast when nearly everybody does as when hardly anybody does.

Behind row security no pattern is tried on the planner's statistics, so it takes any text for a rare one. A rep's own
words lie together in `lead_words`, so that they are looked through and nothing else (tables/sql/72_search.sql). For
everybody's leads the newest customers tell whether a text is common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.domain.viewer import Role
from app.store.customer_list import RECENT, fits_text
from app.store.scope import own_words

if TYPE_CHECKING:
    from app.store.where import Where

COMMON: Final = RECENT // 50
# What is too long for the index has no words there.
_MINE: Final = """lead.id IN (SELECT lead_id FROM (SELECT lead_id, customer_id,
        coalesce(words, (SELECT customer.words FROM customer WHERE customer.id = customer_id)) AS words
        FROM lead_words WHERE {own}) mine WHERE {fits})"""
_IS_COMMON: Final = """(SELECT count(*) >= {common} FROM (SELECT id, words FROM customer
        ORDER BY created_at DESC, id DESC LIMIT {recent}) recent WHERE {fits})"""
_FITTING: Final = (
    "SELECT {columns} FROM lead LEFT JOIN customer ON customer.id = lead.customer_id WHERE {where}"
)


def fits_customer(where: Where, q: str) -> str:
    """Return the condition for a few leads at hand, with `customer` joined."""
    return f"({fits_text(where, q).format(id='customer.id')})"


def with_text(where: Where, q: str, columns: str, first: str = "") -> str:
    """Return `where` and the text `q`, if any; of those that fit only the `first` matter, an ORDER BY and a LIMIT."""
    if not q:
        return str(where)
    return f"lead.id IN (SELECT id FROM ({fitting_leads(where, q, columns, first)}) found)"


def fitting_leads(where: Where, q: str, columns: str, end: str = "") -> str:
    """Return the SELECT of `columns` of the leads that `where` allows and whose customer fits `q`.

    `end` is an ORDER BY and a LIMIT: with them up to twice as many come, and in no order.
    """
    fits = f"({fits_text(where, q)})"
    select = f"({_FITTING.format(columns=columns, where=where)} AND {{}} {end})"
    if where.viewer.role is Role.REP:
        return select.format(_MINE.format(own=own_words(where.viewer), fits=fits.format(id="customer_id")))
    recent = fits.format(id="recent.id")
    is_common = _IS_COMMON.format(common=COMMON, recent=RECENT, fits=recent)
    theirs = fits.format(id="customer.id")
    # An array is looked up before anything else. Of a CASE the planner believes that every other row fits.
    named = f"lead.customer_id = ANY (ARRAY(SELECT customer.id FROM customer WHERE {theirs}))"
    return " UNION ALL ".join(
        (
            select.format(f"NOT {is_common} AND {named}"),
            select.format(f"{is_common} AND CASE WHEN {theirs} THEN true END"),
        )
    )
