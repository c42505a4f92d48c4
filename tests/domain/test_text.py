"""Text from outside is composed, but not at any price: marks upon marks are put in order pair by pair."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from app.core.errors import Invalid
from app.domain.contact import check_phone
from app.domain.text import LONGEST_EMAIL, Checker, normalise_email

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 100
ACUTE, BELOW, TIBETAN = "\u0301", "\u0316", "\u0f73"  # The last one counts as none and falls into two.
LENGTH, MARKS = "must have at most 100 characters", "must not have more than 30 marks on one character"


def problems_of(clean: Callable[[Checker], object]) -> list[str]:
    checker = Checker()
    clean(checker)
    with pytest.raises(Invalid) as caught:
        checker.finish()
    return [each.detail for each in caught.value.problems]


def text_of(typed: str) -> str:
    checker = Checker()
    clean = checker.text("#/text", typed, LONGEST)
    checker.finish()
    return clean


@pytest.mark.parametrize("marks", [ACUTE * 31, (ACUTE + BELOW) * 16, TIBETAN * 31])
def test_more_marks_than_any_script_has_are_refused(marks: str) -> None:
    typed = f"some a{marks}"
    assert problems_of(lambda checker: checker.text("#/text", typed, LONGEST)) == [MARKS]
    assert problems_of(lambda checker: check_phone(checker, "#/phone", typed)) == [MARKS]
    assert problems_of(lambda checker: checker.email("#/email", f"{typed}@navy.example")) == [MARKS]


@pytest.mark.parametrize("word", ["a" + (ACUTE + BELOW) * 15, "\u0e01\u0e35\u0e48" * 30, "\u2764\ufe0f" * 40])
def test_marks_that_people_write_are_taken(word: str) -> None:
    assert text_of(word) == unicodedata.normalize("NFC", word)


@pytest.mark.parametrize("letter", ["e", "\u1ebf", "\ud55c", "\u1faf"])
def test_a_text_is_as_long_as_it_is_when_it_is_composed(letter: str) -> None:
    apart = unicodedata.normalize("NFD", letter)
    assert text_of(f"\r\n {apart * LONGEST} \n") == letter * LONGEST
    assert problems_of(lambda checker: checker.text("#/text", apart * (LONGEST + 1), LONGEST)) == [LENGTH]


def test_of_a_text_that_is_too_long_the_rest_is_not_looked_at() -> None:
    typed = "x" * LONGEST * 5 + "a" + ACUTE * 16_000 + BELOW * 16_000
    assert problems_of(lambda checker: checker.text("#/text", typed, LONGEST)) == [LENGTH]


def test_an_address_that_is_too_long_is_none() -> None:
    assert normalise_email(f"grace@{'navy.' * 60}example") is None
    assert problems_of(lambda checker: checker.email("#/email", "a" * 300 + "@navy.example")) == [
        f"must have at most {LONGEST_EMAIL} characters"
    ]
