"""The published OpenAPI document is valid, complete, and true: the API takes its examples and answers its schemas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import jsonschema
import openapi_spec_validator
import pytest
from litestar.routes import HTTPRoute

from app.contracts.openapi import openapi
from app.contracts.operations import OPERATIONS
from tests import make

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    import asyncpg
    from httpx import AsyncClient as Client
    from litestar import Litestar

    from tests.cast import Cast

NOBODY = "01900000-0000-7000-8000-00000000ffff"
DOCUMENT = openapi("https://crm.example")


def schema_of(path: str, method: str, status: int) -> dict[str, Any]:
    """Return the schema of one answer, with everything it points to."""
    content = DOCUMENT["paths"][path][method]["responses"][str(status)]["content"]
    return {**content["application/json"]["schema"], "components": DOCUMENT["components"]}


def test_the_document_is_openapi() -> None:
    openapi_spec_validator.validate(DOCUMENT)


def test_every_route_of_v1_is_described_and_nothing_else(app: Litestar) -> None:
    there = {
        f"{method} {re.sub(':[a-z]+}', '}', route.path)}"
        for route in app.routes
        if isinstance(route, HTTPRoute) and route.path.startswith("/v1/")
        for method in route.methods
        if method not in {"OPTIONS", "HEAD"}
    }
    assert {f"{it.method} /v1{it.path}" for it in OPERATIONS} == there


@pytest.mark.parametrize("it", OPERATIONS, ids=lambda it: it.name)
def test_every_example_fits_its_schema(it: Any) -> None:
    described = DOCUMENT["paths"][f"/v1{it.path}"][it.method.lower()]
    found = [answer for answer in described["responses"].values() if "content" in answer]
    assert len(found) == len(it.answers)
    found += [described["requestBody"]] if it.body else []
    for each in found:
        for content in each["content"].values():
            jsonschema.validate(
                content["example"], {**content["schema"], "components": DOCUMENT["components"]}
            )
    assert all(
        "example" in parameter
        for parameter in described["parameters"]
        if parameter["name"] not in {"cursor", "after"}
    )


def test_every_problem_has_an_example_that_fits() -> None:
    for answer in DOCUMENT["components"]["responses"].values():
        content = answer["content"]["application/problem+json"]
        jsonschema.validate(content["example"], {**content["schema"], "components": DOCUMENT["components"]})


async def test_the_api_takes_the_examples_and_answers_as_described(
    client: Client,
    owner: asyncpg.Connection,
    cast: Cast,
    as_user: Callable[[str], dict[str, str]],
) -> None:
    wrong: list[str] = []
    for it in OPERATIONS:
        customer = await make.customer(owner)
        ids = {
            "lead_id": await make.lead(owner, cast.rita, customer_id=customer),
            "customer_id": customer,
            "ticket_id": await make.ticket(owner, customer),
        }
        await make.activity(owner, customer, cast.rita)
        who = as_user("cms" if it.callers == "capture" else "ada")
        path = f"/v1{it.path.format(**ids)}"
        said = await client.request(it.method, path, headers=who, **_body(it, ids, cast.ada.id))
        wrong += _faults(it, said.status_code, said.json()) if it.callers != "sso" else []
    assert wrong == []


def _body(it: Any, ids: dict[str, UUID], caller: str) -> dict[str, Any]:
    """Return the example's body, with ids that are there."""
    if it.body is None:
        return {}
    real = {name: str(each) for name, each in ids.items()} | {"user_id": caller, "version": 1}
    return {"json": {name: real.get(name, value) for name, value in it.sent.items()}}


def _faults(it: Any, status: int, said: Any) -> list[str]:
    if status not in it.answers:
        return [f"{it.name}: {status} {said}"]
    checker = jsonschema.Draft202012Validator(schema_of(f"/v1{it.path}", it.method.lower(), status))
    found = [f"{it.name}: {error.json_path} {error.message}" for error in checker.iter_errors(said)]
    return found + [f"{it.name}: {name} is not described" for name in _undescribed(it, status, said)]


def _undescribed(it: Any, status: int, said: Any) -> set[str]:
    kind = it.answers[status].kind
    if kind is None:
        return set()
    known = DOCUMENT["components"]["schemas"][kind.__name__]["properties"]
    items = said["items"] if it.answers[status].listed else [said]
    return {name for item in items for name in item} - set(known)


LISTS = [it for it in OPERATIONS if it.queries]
WRONG = {"limit": ("0", "101", "x", "-1"), "sort": ("id;select", "-closed_at"), "stage": ("nope", "%00"),
         "kind": ("nope",), "cursor": ("x", "%00", "bnVsbA"), "after": ("x", NOBODY[:-1]), "type": ("%00",),
         "q": ("%00", "x" * 201)}  # fmt: skip


@pytest.mark.parametrize("it", LISTS, ids=lambda it: it.name)
async def test_a_list_refuses_what_it_cannot_be_asked_by_its_name(
    client: Client, as_user: Callable[..., dict[str, str]], it: Any, owner: asyncpg.Connection
) -> None:
    path = f"/v1{it.path.format(customer_id=await make.customer(owner))}"
    wrong = [("limmit", "5"), ("%00", "1")]
    wrong += [(query.name, value) for query in it.queries for value in WRONG[query.name]]
    for name, value in wrong:
        answer = await client.get(f"{path}?{name}={value}", headers=as_user("ada"))
        assert answer.status_code == 422, (name, value)
        (problem,) = answer.json()["errors"]
        assert problem["pointer"] == f"#query/{unquote(name)}"


@pytest.mark.parametrize("it", LISTS, ids=lambda it: it.name)
async def test_a_query_without_a_value_is_left_out(
    client: Client, as_user: Callable[..., dict[str, str]], it: Any, owner: asyncpg.Connection
) -> None:
    path = f"/v1{it.path.format(customer_id=await make.customer(owner))}"
    empty = "&".join(f"{query.name}=" for query in it.queries)
    asked = [
        await client.get(each, headers=as_user("ada")) for each in (path, f"{path}?{empty}", f"{path}?limit")
    ]
    assert [(each.status_code, each.json()) for each in asked] == [(200, asked[0].json())] * 3
