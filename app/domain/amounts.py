"""Amounts as people type them: 12000, 12,000.50, 12.000,50, 12 000, 12'000, €12,000 or 12.000,- EUR."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

SIGNS: Final = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥"}
# Between thousands these mean nothing else.
GAPS: Final = re.compile("[ '\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{RIGHT SINGLE QUOTATION MARK}]")
PLAIN: Final = re.compile(r"[-+]?\d+(\.\d*)?|[-+]?\.\d+", re.ASCII)
# One, two or more groups of three, and then perhaps decimals behind the other mark.
GROUPED: Final = re.compile(
    r"([-+]?[1-9]\d{0,2}(?P<group>[.,])\d{3}(?:(?P=group)\d{3})*)(?:(?!(?P=group))[.,](\d{1,2}))?", re.ASCII
)
WHOLE: Final = re.compile("[.,][-\N{EN DASH}]+$")  # 12,- says that there are no cents
COMMA: Final = re.compile(r"[-+]?\d+,\d{1,2}", re.ASCII)
TWO_WAYS: Final = re.compile(r"[-+]?\d{1,3}\.\d{3}", re.ASCII)
UNREADABLE: Final = "Please enter an amount such as 12000 or 12000.50"
UNCLEAR: Final = "This can be read in two ways: please write it without a point, or with two decimals"


def read_amount(typed: str, currency: str) -> Decimal:
    """Return the amount; raises ValueError with what to do, for what is none and for what may be two.

    The currency, or its sign, may stand before or behind it; another one is not taken for it.

    A point or comma before one or two digits begins the decimals, and groups of three are thousands. A single
    point before three digits is asked about: it is a thousand in one country and a slip in another.
    """
    text = WHOLE.sub(",00", _without(currency, GAPS.sub("", typed)))
    if TWO_WAYS.fullmatch(text):
        raise ValueError(UNCLEAR)
    if PLAIN.fullmatch(text):
        return Decimal(text)
    if COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    grouped = GROUPED.fullmatch(text)
    if grouped is None:
        raise ValueError(UNREADABLE)
    thousands = re.sub("[.,]", "", grouped[1])
    return Decimal(f"{thousands}.{grouped[3]}" if grouped[3] else thousands)


def _without(currency: str, text: str) -> str:
    """Return the text without the currency, where it says it once."""
    for name in (currency, SIGNS.get(currency, currency)):
        if text.upper().startswith(name):
            return text[len(name) :]
        if text.upper().endswith(name):
            return text[: -len(name)]
    return text
