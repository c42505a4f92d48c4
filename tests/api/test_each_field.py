"""Each field of each published body, left out or of another kind: always refused by its name, and never a 500."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from app.contracts.openapi import openapi
from app.contracts.operations import CAPTURE, OPERATIONS, SSO, Operation
from app.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx import AsyncClient

    from tests.cast import Cast

    Way = tuple[str, ...]

NOBODY: Final = "01900000-0000-7000-8000-00000000ffff"  # a right body finds no such record
DOCUMENT: Final = openapi("https://crm.example")
WRITES: Final = [it for it in OPERATIONS if it.body and it.callers != SSO]
NULL: Final = {"type": "null"}
ODD: Final[tuple[Any, ...]] = ("no such word", "", 1.5, -1, 10**30, True, [], {}, ["x"], {"x": {"x": []}})


def fields_of(schema: dict[str, Any], at: Way = ()) -> Iterator[tuple[Way, dict[str, Any]]]:
    """Yield the way to each field of a published schema, also to those of an object in it, with what it may be."""
    for part in (schema, *schema.get("anyOf", ())):
        found = DOCUMENT["components"]["schemas"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        for name, each in found.get("properties", {}).items():
            yield (*at, name), next((one for one in each.get("anyOf", ()) if one != NULL), each)
            yield from fields_of(each, (*at, name))


def changed(body: dict[str, Any], way: Way, *value: Any) -> dict[str, Any]:
    """Return the body with another value at the end of the way, or without one."""
    name, *rest = way
    if rest:
        return {**body, name: changed(body.get(name) or {}, tuple(rest), *value)}
    return {**{key: each for key, each in body.items() if key != name}, **({name: value[0]} if value else {})}


def body_of(it: Operation, caller: str) -> dict[str, Any]:
    """Return the published example, as `caller` may send it today."""
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    return it.sent | ({"user_id": caller, "follow_up_at": tomorrow} if "user_id" in it.sent else {})


def odd_bodies(it: Operation, caller: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield bodies with one field that is not as in the example, and the pointer to it."""
    for way, _ in FIELDS[it.name]:
        pointer = "#/" + "/".join(way)
        yield pointer, changed(body_of(it, caller), way)
        for odd in (None, *ODD):
            yield pointer, changed(body_of(it, caller), way, odd)


def at_the_limits(it: Operation, caller: str) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield bodies with one field at and beyond what is published, its pointer, and what is told of it."""
    for way, schema in FIELDS[it.name]:
        pointer, most = "#/" + "/".join(way), schema.get("maxLength", 0)
        if most:
            yield pointer, changed(body_of(it, caller), way, "x" * (most + 1)), f"at most {most:,} characters"
        if most and "format" not in schema:
            reason = {"reason": "competitor"} if way == ("competitor",) else {}
            yield pointer, changed(body_of(it, caller) | reason, way, "x" * most), ""
        if schema.get("minLength"):
            yield pointer, changed(body_of(it, caller), way, ""), "is required"
        if "maximum" in schema and schema["type"] == "integer":
            for number in (schema["minimum"], schema["maximum"]):
                yield pointer, changed(body_of(it, caller), way, number), ""
            for number in (schema["minimum"] - 1, schema["maximum"] + 1):
                yield pointer, changed(body_of(it, caller), way, number), "must be from"


FIELDS: Final = {it.name: [*fields_of({"$ref": f"/{it.body.__name__}"})] for it in WRITES if it.body}


@pytest.mark.parametrize("it", WRITES, ids=lambda it: it.name)
async def test_a_field_that_is_missing_or_odd_is_refused_by_its_name(
    client: AsyncClient, as_user: Callable[[str], dict[str, str]], cast: Cast, it: Operation
) -> None:
    who = as_user("cms" if it.callers == CAPTURE else "ada")
    path = f"/v1{it.path.format(lead_id=NOBODY, customer_id=NOBODY, ticket_id=NOBODY)}"
    wrong: list[str] = []
    for pointer, body in odd_bodies(it, cast.ada.id):
        answer = await client.request(it.method, path, headers=who, json=body)
        told = {problem["pointer"] for problem in answer.json().get("errors", ())}
        named = any(each.startswith(pointer) for each in told) or not told
        if answer.status_code not in {200, 201, 403, 404, 422} or not named:
            wrong.append(f"{pointer} {body}: {answer.status_code} {told}")
    assert wrong == []


@pytest.mark.parametrize("it", WRITES, ids=lambda it: it.name)
async def test_each_field_may_be_what_is_published_and_no_more(
    client: AsyncClient, as_user: Callable[[str], dict[str, str]], cast: Cast, it: Operation
) -> None:
    who = as_user("cms" if it.callers == CAPTURE else "ada")
    path = f"/v1{it.path.format(lead_id=NOBODY, customer_id=NOBODY, ticket_id=NOBODY)}"
    wrong: list[str] = []
    for pointer, body, wanted in at_the_limits(it, cast.ada.id):
        answer = await client.request(it.method, path, headers=who, json=body)
        told = {each["pointer"]: each["detail"] for each in answer.json().get("errors", ())}
        if wanted not in told.get(pointer, "") or (not wanted and told):
            wrong.append(f"{pointer}: {wanted or 'nothing'}, not {told}")
    assert wrong == []


def test_each_text_says_how_long_it_may_be() -> None:
    """But for ids, which are what somebody has."""
    silent = [
        f"{name} {'/'.join(way)}"
        for name, fields in FIELDS.items()
        for way, schema in fields
        if schema.get("type") == "string" and not {"maxLength", "enum", "format", "pattern"} & set(schema)
    ]
    assert [each for each in silent if not each.endswith("_id")] == []
