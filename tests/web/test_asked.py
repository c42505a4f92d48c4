"""What an address asks a list for, read and said again."""

from __future__ import annotations

import pytest

from app.web.asked import next_page, number


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0", 0), ("12", 12), ("999", 999), ("1000", 0), ("-1", 0), ("٣", 0), ("²", 0), ("", 0)],
)
def test_only_plain_digits_are_a_number(typed: str, read: int) -> None:
    assert number(typed, 3) == read


def test_the_next_page_keeps_what_narrows_the_list() -> None:
    assert next_page("/tickets", {"view": "mine", "q": ""}, "a b") == "/tickets?view=mine&cursor=a+b"


def test_behind_the_last_page_there_is_none() -> None:
    assert next_page("/tickets", {"view": "mine"}, None) == ""
