"""Plain words take a short cut past the parser, and come out the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.web.markup import PLAIN, markdown, parsed

SIGNS = " ,;:?!()%'./€$-"


@given(st.text(st.sampled_from("abzAZ019éßжأ字" + SIGNS), min_size=1, max_size=60))
def test_plain_words_come_out_as_the_parser_would_have_them(text: str) -> None:
    assert markdown(text) == parsed(text)


@given(st.from_regex(PLAIN, fullmatch=True))
def test_whatever_counts_as_plain_is_left_alone_by_the_parser(text: str) -> None:
    assert parsed(text) == f"<p>{text}</p>\n"


def test_what_has_a_sign_of_its_own_is_parsed() -> None:
    for text in (
        "**bold**",
        "- a list",
        "1. first",
        "a\nb",
        "<b>no</b>",
        "a & b",
        "a_b_c",
        "[x](https://y.example)",
    ):
        assert PLAIN.fullmatch(text) is None
        assert markdown(text) == parsed(text)
