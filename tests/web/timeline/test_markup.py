"""Plain words take a short cut past the parser, and come out the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.timeline.markup import PLAIN, markdown, parsed

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


@pytest.mark.parametrize(
    ("text", "address", "shown"),
    [
        ("https://a.example", "https://a.example", "{}"),
        ("See http://a.example/x?y=1&z=2#top.", "http://a.example/x?y=1&amp;z=2#top", "See {}."),
        ("They sent HTTPS://A.example/B, twice", "HTTPS://A.example/B", "They sent {}, twice"),
        ("(https://a.example/x_(y)_z)", "https://a.example/x_(y)_z", "({})"),
        ("**https://a.example/a_b_c**!", "https://a.example/a_b_c", "<strong>{}</strong>!"),
        ("“https://a.example”", "https://a.example", "“{}”"),
        ("- https://a.example/?", "https://a.example/", "{}?"),
    ],
)
def test_an_address_is_a_link_without_what_ends_the_sentence(text: str, address: str, shown: str) -> None:
    link = re.compile(r'<a href="([^"]*)" rel="noopener noreferrer nofollow">([^<]*)</a>')
    html = str(markdown(text))
    found = link.search(html)
    assert found is not None, html
    assert found[1].casefold() == found[2].casefold() == address.casefold()
    assert shown.format("LINK") in link.sub("LINK", html)


@pytest.mark.parametrize(
    "text",
    [
        "javascript://alert(1)",
        "xhttps://a.example",
        "ftp://a.example",
        "https:// a.example",
        "https://.",
        "`https://a.example`",
        "http\\://a.example",
    ],
)
def test_what_is_no_address_of_the_web_stays_text(text: str) -> None:
    assert "<a" not in markdown(text)


def test_a_link_that_has_words_is_one_link() -> None:
    html = markdown("[https://a.example](https://b.example) <https://c.example>")
    assert re.findall('<a href="([^"]*)"', html) == ["https://b.example", "https://c.example"]


@given(st.lists(st.sampled_from([*"htps:/.a<>\"'&()[]*_`\\ \n", "https://a"]), max_size=40))
def test_nothing_but_known_tags_comes_out(parts: list[str]) -> None:
    html = markdown("".join(parts))
    tags = re.findall(r"<[^>]*>", html)
    known = r'</?(?:p|br|strong|em|code|ul|ol|li|a)>|<ol start="\d+">|<a(?: href="[^"<>]*")? rel="[a-z ]+">'
    assert all(re.fullmatch(known, tag) for tag in tags), html
    assert all(
        each.startswith(("http://", "https://", "mailto:", "tel:")) or ":" not in each.partition("/")[0]
        for each in re.findall('href="([^"]*)"', html)
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ask @Rita, not @omar", 'Ask <span class="mention">@Rita</span>, not @omar'),
        ("**@rita**: yes", '<strong><span class="mention">@rita</span></strong>: yes'),
        (
            "[@rita](/x)",
            '<a href="/x" rel="noopener noreferrer nofollow"><span class="mention">@rita</span></a>',
        ),
        ("`@rita` me@rita https://a.example/@rita", None),
        (r"\@rita @rita.b", None),
        ('<span class="mention">@omar</span>', None),
    ],
)
def test_who_is_meant_is_marked_and_nobody_else(text: str, shown: str | None) -> None:
    html = markdown(text, {"rita"})
    assert "<span" not in html if shown is None else html == f"<p>{shown}</p>\n"
