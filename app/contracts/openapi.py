"""OpenAPI 3.1 of /v1, made from the list of operations and the types that requests and answers really have."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from app.contracts import examples
from app.contracts.answers import ProblemAnswer
from app.contracts.events import CONTENT_TYPE
from app.contracts.operations import CAPTURE, EVENTS, OPERATIONS, PEOPLE, SSO, Answer, Operation, Query

REF: Final = "#/components/schemas/{name}"
EVENT: Final = {"type": "object", "description": "A CloudEvent; /asyncapi.json describes each type."}
SECURITY: Final[dict[str, list[dict[str, list[str]]]]] = {
    PEOPLE: [{"token": []}],
    CAPTURE: [{"client": []}, {"signature": []}],
    EVENTS: [{"token": []}, {"client": []}],
    SSO: [{"signature": []}],
}
WHO: Final = {
    PEOPLE: "A person's bearer token.",
    CAPTURE: "A client's token with the scope `leads:capture`, or a Standard Webhooks signature.",
    EVENTS: "An admin's token, or a client's with the scope `events:read`.",
    SSO: "A Standard Webhooks signature of the SSO.",
}
PROBLEMS: Final = {
    400: ("malformed", "The request cannot be read"),
    401: ("unauthenticated", "Please sign in"),
    403: ("forbidden", "You are not allowed to do this"),
    404: ("not-found", "There is no such page or record"),
    408: ("too-slow", "The request took too long to arrive"),
    409: ("conflict", "This does not fit the current state"),
    413: ("too-large", "The request is too large"),
    415: ("wrong-content-type", "The body must be application/json"),
    422: ("invalid", "Some fields are not right"),
    429: ("too-many-requests", "Too many requests"),
    503: ("store-down", "The CRM cannot reach its database; please try again"),
}
KEYED: Final = "422-key"
REUSED: Final = (
    "idempotency-key-reused",
    "Some fields are not right, or the key was used for another request",
)
MOVED: Final = {
    "description": "The customer was merged into another one: send the same request there.",
    "headers": {
        "Location": {"description": "The same path with the other's id.", "schema": {"type": "string"}}
    },
}


def openapi(public_url: str) -> dict[str, Any]:
    """Return the whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(f"/v1{operation.path}", {})[operation.method.lower()] = _describe(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SLYYFOXX CRM",
            "version": "1.0.0",
            "description": "Leads, customers, timelines, tickets, and the handoff of won sales. "
            "Lists are paged by `next_cursor`; errors are problem+json; times are UTC; money is a decimal string. "
            "A method that a path does not have is answered 405, with `Allow`.",
        },
        "servers": [{"url": public_url}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(),
            "responses": {str(status): _problem(status, *words) for status, words in PROBLEMS.items()}
            | {KEYED: _problem(422, *REUSED)},
        },
    }


def _describe(it: Operation) -> dict[str, Any]:
    refused = [400, 401, 403, 422, 429, 503]
    refused += [404] if it.finds or "{" in it.path else []
    refused += [408, 409, 413, 415] if it.body else []
    found: dict[str, Any] = {
        "operationId": it.name,
        "summary": it.summary,
        "description": WHO[it.callers],
        "tags": [it.path.split("/")[1]],
        "security": SECURITY[it.callers],
        "parameters": _parameters(it),
        "responses": {str(status): _answer(answer, it) for status, answer in it.answers.items()}
        | ({"308": MOVED} if "{customer_id}" in it.path else {})
        | {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(refused)}
        | ({"422": {"$ref": f"#/components/responses/{KEYED}"}} if it.keyed else {}),
    }
    if it.body is not None:
        kinds = ("application/json", CONTENT_TYPE) if it.callers == SSO else ("application/json",)
        content = {"schema": _ref(it.body), "example": it.sent}
        found["requestBody"] = {"required": True, "content": dict.fromkeys(kinds, content)}
    return found


def _parameters(it: Operation) -> list[dict[str, Any]]:
    ids = {"lead_id": examples.LEAD_ID, "customer_id": examples.CUSTOMER_ID, "ticket_id": examples.TICKET_ID}
    uuid = {"type": "string", "format": "uuid"}
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": uuid, "example": ids[name]}
        for name in re.findall(r"{(\w+)}", it.path)
    ]
    found += [_query(query) for query in it.queries]
    if it.keyed:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        words = "Makes a repeated request harmless: it gets the first answer again."
        found.append({"name": "Idempotency-Key", "in": "header", "description": words, "schema": key,
                      "example": "form-4711"})  # fmt: skip
    return found


def _query(it: Query) -> dict[str, Any]:
    schema = {"type": it.kind} | it.schema | ({"enum": [*it.known]} if it.known else {})
    found: dict[str, Any] = {"name": it.name, "in": "query", "description": it.words, "schema": schema,
                             "allowEmptyValue": True}  # fmt: skip
    example: Any = int(it.example) if it.kind == "integer" else it.example
    if it.several:
        found |= {"schema": {"type": "array", "items": schema}, "style": "form", "explode": False}
        example = it.example.split(",")
    return found | ({"example": example} if it.example else {})


def _answer(it: Answer, operation: Operation) -> dict[str, Any]:
    schema = _ref(it.kind) if it.kind else EVENT
    if it.listed:
        items = {"type": "array", "items": schema}
        cursor = {"type": ["string", "null"]}
        schema = {"type": "object", "required": ["items", "next_cursor"],
                  "properties": {"items": items, "next_cursor": cursor}}  # fmt: skip
    found: dict[str, Any] = {
        "description": it.words,
        "content": {"application/json": {"schema": schema, "example": it.example}},
    }
    if operation.keyed:
        words = "`true` when this is the answer to an earlier request with the same key."
        found["headers"] = {"Idempotent-Replayed": {"description": words, "schema": {"type": "string"}}}
    return found


def _problem(status: int, code: str, title: str) -> dict[str, Any]:
    example: dict[str, Any] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": title,
        "instance": examples.ENTRY_ID,
    }
    if code == "invalid":
        example["errors"] = [{"pointer": "#/email", "detail": "is required"}]
    content = {"application/problem+json": {"schema": _ref(ProblemAnswer), "example": example}}
    found: dict[str, Any] = {"description": title, "content": content}
    if code in {"too-many-requests", "store-down"}:
        found["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return found


def _schemas() -> dict[str, Any]:
    sent = [it.body for it in OPERATIONS if it.body]
    answered = [answer.kind for it in OPERATIONS for answer in it.answers.values() if answer.kind]
    _, schemas = msgspec.json.schema_components((*sent, *answered, ProblemAnswer), ref_template=REF)
    return schemas


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": REF.format(name=kind.__name__)}


def _security_schemes() -> dict[str, Any]:
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {
        "token": bearer | {"description": "A person's access token of the company's SSO."},
        "client": bearer | {"description": "A program's access token (client credentials)."},
        "signature": {
            "type": "apiKey",
            "in": "header",
            "name": "webhook-signature",
            "description": "Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature over the body.",
        },
    }
