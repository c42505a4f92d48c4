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

NOBODY: Final = "01900000-0000-7000-8000-00000000ffff"  # a right body finds no such record
DOCUMENT: Final = openapi("https://crm.example")
WRITES: Final = [it for it in OPERATIONS if it.body and it.callers != SSO]
ODD: Final[tuple[Any, ...]] = ("no such word", "", 1.5, -1, 10**30, True, [], {}, ["x"], {"x": {"x": []}})


def fields_of(schema: dict[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the way to each field of a published schema, also to those of an object in it."""
    for part in (schema, *schema.get("anyOf", ())):
        found = DOCUMENT["components"]["schemas"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        for name, each in found.get("properties", {}).items():
            yield (*at, name)
            yield from fields_of(each, (*at, name))


def changed(body: dict[str, Any], way: tuple[str, ...], *value: Any) -> dict[str, Any]:
    """Return the body with another value at the end of the way, or without one."""
    name, *rest = way
    if rest:
        return {**body, name: changed(body.get(name) or {}, tuple(rest), *value)}
    return {**{key: each for key, each in body.items() if key != name}, **({name: value[0]} if value else {})}


def bodies_of(it: Operation, caller: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield bodies with one field that is not as in the example, and the pointer to it."""
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    example = it.sent | ({"user_id": caller, "follow_up_at": tomorrow} if "user_id" in it.sent else {})
    for way in fields_of({"$ref": f"/{it.body.__name__}"} if it.body else {}):
        pointer = "#/" + "/".join(way)
        yield pointer, changed(example, way)
        for odd in (None, *ODD):
            yield pointer, changed(example, way, odd)


@pytest.mark.parametrize("it", WRITES, ids=lambda it: it.name)
async def test_a_field_that_is_missing_or_odd_is_refused_by_its_name(
    client: AsyncClient, as_user: Callable[[str], dict[str, str]], cast: Cast, it: Operation
) -> None:
    who = as_user("cms" if it.callers == CAPTURE else "ada")
    path = f"/v1{it.path.format(lead_id=NOBODY, customer_id=NOBODY, ticket_id=NOBODY)}"
    wrong: list[str] = []
    for pointer, body in bodies_of(it, cast.ada.id):
        answer = await client.request(it.method, path, headers=who, json=body)
        told = {problem["pointer"] for problem in answer.json().get("errors", ())}
        named = any(each.startswith(pointer) for each in told) or not told
        if answer.status_code not in {200, 201, 403, 404, 422} or not named:
            wrong.append(f"{pointer} {body}: {answer.status_code} {told}")
    assert wrong == []
