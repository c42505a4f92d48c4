"""Every event we ever sent still fits what we publish: a V1 only grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from app.contracts.events import CrmTestEventV1, SaleClosedWonV1
from app.contracts.published import DATA_SCHEMAS, asyncapi, data_schema

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))
KINDS: dict[str, type] = {"SaleClosedWonV1": SaleClosedWonV1, "CrmTestEventV1": CrmTestEventV1}
URL = "https://crm.example"


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema of the AsyncAPI document with the schemas it points to."""
    return {**schema, "components": document["components"]}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_we_sent_once_is_valid_for_ever(path: Path) -> None:
    event = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.validate(event["data"], data_schema(event["type"], URL))
    assert msgspec.convert(event, KINDS[event["type"]])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_who_only_read_the_asyncapi_document_accepts_it(path: Path) -> None:
    event, document = json.loads(path.read_text(encoding="utf-8")), asyncapi(URL)
    payload = document["components"]["messages"][event["type"]]["payload"]
    jsonschema.validate(event, resolved(document, payload))


def test_every_type_has_a_golden_sample() -> None:
    assert {path.stem.partition("-")[0] for path in GOLDEN} == set(DATA_SCHEMAS) == set(KINDS)


def test_every_message_of_the_asyncapi_document_has_an_example_that_fits() -> None:
    document = asyncapi(URL)
    for name, message in document["components"]["messages"].items():
        for example in message["examples"]:
            jsonschema.validate(example["payload"], resolved(document, message["payload"]))
        assert message["examples"], name


@pytest.mark.parametrize(
    ("field", "value"), [("amount", 12000.0), ("amount", "12,000"), ("currency", "euro"), ("lead_id", "4711")]
)
def test_the_schema_refuses_what_we_would_never_send(field: str, value: Any) -> None:
    event = json.loads((Path(__file__).parent / "golden/SaleClosedWonV1-full.json").read_text("utf-8"))
    event["data"]["sale_details"][field] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(
            event["data"],
            data_schema(event["type"], URL),
            format_checker=jsonschema.FormatChecker(),
        )
