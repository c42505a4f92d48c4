"""A body as a struct: everything that is wrong with it, at once."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from app.contracts.lead_capture import LeadCapture
from app.contracts.pipeline import WonRequest
from app.core import clock
from app.core.decoding import read_struct
from app.core.errors import Invalid, Malformed, Problem
from app.domain.capture import clean_capture
from app.domain.sale import check_sale

SALE = {"amount": "1.50", "product": "Gold"}


def body(**given: Any) -> bytes:
    return json.dumps({"version": 1, "sale_details": SALE, **given}).encode()


def refuse_everything(_: WonRequest) -> None:
    raise Invalid([Problem("#/version", "is too old"), Problem("#/sale_details/product", "is not sold")])


def test_a_right_body_is_exact() -> None:
    read = read_struct(WonRequest, body())
    assert (read.version, str(read.sale_details.amount)) == (1, "1.50")


@pytest.mark.parametrize("amount", ["1_000", "١٢", "0E+9999999", "1e3", " 12", "12\n", "NaN", ""])
def test_a_decimal_in_a_string_is_written_plainly(amount: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_struct(WonRequest, body(sale_details={**SALE, "amount": amount}))
    assert [problem.pointer for problem in refused.value.problems] == ["#/sale_details/amount"]


@pytest.mark.parametrize(
    "amount", ["99999999999.999999999", "0.30000000000000000001", "1E-400", "-0.005", "12000.5", "1", "1e3"]
)
def test_a_number_is_read_as_it_is_written(amount: str) -> None:
    raw = body().replace(b'"1.50"', amount.encode())
    assert read_struct(WonRequest, raw).sale_details.amount == Decimal(amount)


def test_a_number_with_too_many_decimals_is_told_beside_what_else_is_wrong() -> None:
    raw = body(version="x").replace(b'"1.50"', b"99999999999.999999999")
    with pytest.raises(Invalid) as refused:
        read_struct(WonRequest, raw, lambda wanted: check_sale(wanted.sale_details, "EUR", clock.now()))
    told = {problem.pointer: problem.detail for problem in refused.value.problems}
    assert told["#/sale_details/amount"] == "must have at most two decimals"


@pytest.mark.parametrize("amount", [b"1e400", b"1e99999999999999999999", b"1e-99999999999999999999"])
def test_a_number_beyond_all_measure_is_malformed(amount: bytes) -> None:
    with pytest.raises(Malformed):
        read_struct(WonRequest, body().replace(b'"1.50"', amount))


def test_a_whole_number_with_decimals_is_no_version() -> None:
    with pytest.raises(Invalid) as refused:
        read_struct(WonRequest, body(version=1.5))
    assert refused.value.problems == [Problem("#/version", "Expected `int`, got `float`")]


@pytest.mark.parametrize("wrong", [b"", b"{", b"\xff", b'{"a":' * 20_000])
def test_what_is_no_json_is_malformed(wrong: bytes) -> None:
    with pytest.raises(Malformed):
        read_struct(WonRequest, wrong)


@pytest.mark.parametrize("wrong", [b"[1]", b"null", b'"x"', b"3"])
def test_json_that_is_no_object_is_wrong_as_a_whole(wrong: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        read_struct(WonRequest, wrong)
    assert [problem.pointer for problem in refused.value.problems] == ["#"]


def form(**given: Any) -> bytes:
    return json.dumps({"name": "Grace", "email": "grace@navy.example", **given}).encode()


def told_of(body: bytes) -> list[str]:
    with pytest.raises(Invalid) as refused:
        read_struct(LeadCapture, body, partial(clean_capture, now=clock.now()))
    return sorted(problem.pointer for problem in refused.value.problems)


def test_each_answer_is_told_by_its_own_pointer() -> None:
    wrong = {"a/b~c": 1, "d": [], "e": "x" * 1001, "f": "right", "g/h": "x" * 1001}
    assert told_of(form(answers=wrong)) == [
        "#/answers/a~1b~0c", "#/answers/d", "#/answers/e", "#/answers/g~1h",
    ]  # fmt: skip


def test_what_is_right_of_a_struct_that_may_be_left_out_is_looked_at_too() -> None:
    wrong = {"source": 1, "name": "x" * 201}
    assert told_of(form(campaign=wrong)) == ["#/campaign/name", "#/campaign/source"]


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
