"""What is published as the words of a field is what the rules take, in the document and on the page."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.contracts import words
from app.contracts.openapi import openapi
from app.domain.activity import OUTCOMES
from app.domain.pipeline import LOST_REASONS, OPEN_STAGES, Stage, Status
from app.domain.timeline import KINDS
from app.store.lead_list import SORTS
from tests.house.files import ROOT

DOCUMENT = openapi("https://crm.example")
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
FIELDS: list[tuple[str, str, list[str]]] = [
    ("ActivityLog", "outcome", [*OUTCOMES]),
    ("LostRequest", "reason", [*LOST_REASONS]),
    ("Lead", "lost_reason", [*LOST_REASONS]),
    ("MoveRequest", "stage", [*OPEN_STAGES]),
    ("CaptureAnswer", "outcome", ["created", "merged"]),
    ("CaptureAnswer", "stage", [*Stage]),
    ("CaptureAnswer", "status", [*Status]),
]
QUERIES: list[tuple[str, str, list[str]]] = [
    ("/v1/leads", "stage", [*Stage]),
    ("/v1/leads", "sort", [*SORTS]),
    ("/v1/customers/{customer_id}/timeline", "kind", [*KINDS]),
]


@pytest.mark.parametrize(("kind", "name", "wanted"), FIELDS)
def test_the_words_of_a_field_are_published(kind: str, name: str, wanted: list[str]) -> None:
    field = SCHEMAS[kind]["properties"][name]
    said = next(part for part in (field, *field.get("anyOf", ())) if "enum" in part)
    assert said["enum"] == wanted


@pytest.mark.parametrize(("path", "name", "wanted"), QUERIES)
def test_the_words_of_a_query_are_published(path: str, name: str, wanted: list[str]) -> None:
    parameters = DOCUMENT["paths"][path]["get"]["parameters"]
    schema = next(each["schema"] for each in parameters if each["name"] == name)
    assert schema.get("items", schema)["enum"] == wanted


@pytest.mark.parametrize("known", [words.ACTIVITY_OUTCOMES, words.LOST_REASONS])
def test_integrators_read_which_words_are_taken(known: tuple[str, ...]) -> None:
    page = (ROOT / "docs/integrators.md").read_text(encoding="utf-8")
    lists = [re.findall(r"`(\w+)`", line) for line in page.splitlines() if line.startswith("- ")]
    assert [*known] in [found[1:] for found in lists]


def test_what_a_conflict_carries_is_published() -> None:
    assert {"lead", "ticket"} <= SCHEMAS["ProblemAnswer"]["properties"].keys()
    assert "lead" not in SCHEMAS["ProblemAnswer"]["required"]


def test_each_operation_says_how_its_body_may_come_and_be_refused() -> None:
    for path, methods in DOCUMENT["paths"].items():
        for it in methods.values():
            kinds = set(it.get("requestBody", {}).get("content", {}))
            assert ("application/cloudevents+json" in kinds) is (path == "/v1/events/sso")
            assert ("408" in it["responses"]) is bool(kinds)
            keyed = any(parameter["name"] == "Idempotency-Key" for parameter in it["parameters"])
            assert it["responses"]["422"]["$ref"].endswith("/422-key" if keyed else "/422")
    example = DOCUMENT["components"]["responses"]["422-key"]["content"]["application/problem+json"]["example"]
    assert example["type"] == "/problems/idempotency-key-reused"
