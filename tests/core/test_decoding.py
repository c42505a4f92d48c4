"""A body as a struct: everything that is wrong with it, at once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.contracts.pipeline import WonRequest
from app.core.decoding import read_struct
from app.core.errors import Invalid, Malformed, Problem

SALE = {"amount": "1.50", "product": "Gold"}


def body(**given: Any) -> bytes:
    return json.dumps({"version": 1, "sale_details": SALE, **given}).encode()


def refuse_everything(_: WonRequest) -> None:
    raise Invalid([Problem("#/version", "is too old"), Problem("#/sale_details/product", "is not sold")])


def test_a_right_body_is_exact() -> None:
    read = read_struct(WonRequest, body())
    assert (read.version, str(read.sale_details.amount)) == (1, "1.50")


@pytest.mark.parametrize("wrong", [b"", b"[1]", b"null", b"{", b"\xff", b'{"a":' * 20_000])
def test_what_is_no_object_is_malformed(wrong: bytes) -> None:
    with pytest.raises(Malformed):
        read_struct(WonRequest, wrong)


def test_wrong_types_unknown_and_missing_fields_are_all_told() -> None:
    wrong = json.dumps({"version": "x", "sale_details": {"product": 1, "a/b~c": 1}}).encode()
    with pytest.raises(Invalid) as refused:
        read_struct(WonRequest, wrong)
    pointers = [problem.pointer for problem in refused.value.problems]
    wanted = {"#/version", "#/sale_details/amount", "#/sale_details/product", "#/sale_details/a~1b~0c"}
    assert set(pointers) == wanted


def test_what_the_types_cannot_say_is_told_too_but_nothing_twice() -> None:
    with pytest.raises(Invalid) as refused:
        read_struct(WonRequest, body(version="x"), refuse_everything)
    pointers = [problem.pointer for problem in refused.value.problems]
    assert pointers == ["#/version", "#/sale_details/product"]


@pytest.mark.parametrize("sale", [None, [], 3, "text", {}])
def test_a_struct_that_is_none_is_a_problem_and_no_fault(sale: Any) -> None:
    with pytest.raises(Invalid):
        read_struct(WonRequest, body(sale_details=sale), refuse_everything)
