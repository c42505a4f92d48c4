"""What we publish about our events is what we send, and anybody may read it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from app.contracts.events import SaleClosedWonDataV1
from app.contracts.published import DATA_SCHEMAS, asyncapi

if TYPE_CHECKING:
    from httpx import AsyncClient


async def test_the_schema_is_where_the_event_says_it_is(client: AsyncClient) -> None:
    answer = await client.get("/schemas/SaleClosedWonV1.json")
    schema = answer.json()
    assert answer.status_code == 200
    assert schema["$id"] == "https://crm.example/schemas/SaleClosedWonV1.json"
    details = schema["$defs"]["SaleDetailsV1"]
    names = {field.name for field in msgspec.structs.fields(SaleClosedWonDataV1)}
    assert set(schema["$defs"]["SaleClosedWonDataV1"]["required"]) == names
    assert details["properties"]["amount"]["type"] == "string"


@pytest.mark.parametrize("name", ["SaleClosedWonV1", "Nothing.json", "..%2fsettings.json"])
async def test_there_is_no_other_schema(client: AsyncClient, name: str) -> None:
    assert (await client.get(f"/schemas/{name}")).status_code == 404


async def test_the_asyncapi_document_is_public_and_whole(client: AsyncClient) -> None:
    document = (await client.get("/asyncapi.json")).json()
    assert document["asyncapi"] == "3.0.0"
    assert {channel["address"] for channel in document["channels"].values()} == {
        "crm.events",
        "/",
        "sso.events",
    }


def test_every_reference_inside_the_asyncapi_document_leads_somewhere() -> None:
    document = asyncapi("https://crm.example")
    references = set(json.dumps(document).split('"$ref": "#/')[1:])
    for reference in (each.partition('"')[0] for each in references):
        found: Any = document
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_every_event_we_publish_has_a_schema() -> None:
    assert set(DATA_SCHEMAS) == {"SaleClosedWonV1", "CrmTestEventV1"}
