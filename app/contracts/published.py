"""What we say about our events, made from the types we use ourselves: JSON Schemas and an AsyncAPI document."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.contracts import examples
from app.contracts.events import (
    CONTENT_TYPE,
    CRM_TEST_EVENT,
    OUR_STREAM,
    SALE_CLOSED_WON,
    SSO_STREAM,
    CrmTestEventDataV1,
    CrmTestEventV1,
    SaleClosedWonDataV1,
    SaleClosedWonV1,
    UserChange,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DATA_SCHEMAS: Final[dict[str, type]] = {
    SALE_CLOSED_WON: SaleClosedWonDataV1,
    CRM_TEST_EVENT: CrmTestEventDataV1,
}
USER_EVENTS: Final = ("UserEmailUpdated", "UserCreated", "UserProfileUpdated", "UserDeactivated")
TEST_EVENT: Final[dict[str, Any]] = examples.EVENT | {
    "type": CRM_TEST_EVENT,
    "subject": "test",
    "dataschema": "https://crm.example/schemas/CrmTestEventV1.json",
    "data": {"note": "Does this arrive?", "sent_by": examples.RITA},
}
HOW: Final = (
    "CloudEvents 1.0 as structured JSON: in the field `data` of a Redis stream entry (beside `id`, `type` and "
    "`subject`), or as the body of an HTTP POST signed by Standard Webhooks. At least once: the event's `id` is "
    "its identity, and a consumer acts once on each. Fields may be added; a change of meaning is a new type."
)
STREAM: Final = "Read it as a consumer group that begins at 0; make the group again when Redis says NOGROUP."
WEBHOOK: Final = (
    "Answer 2xx within 15 seconds. 410 pauses the delivery; Retry-After is kept; else hourly for ever."
)


def data_schema(event_type: str, public_url: str) -> dict[str, Any]:
    """Return the JSON Schema of an event's `data`; raises KeyError for a type we do not publish."""
    schema = msgspec.json.schema(DATA_SCHEMAS[event_type])
    return {
        "$schema": DIALECT,
        "$id": f"{public_url}/schemas/{event_type}.json",
        "title": event_type,
        **schema,
    }


def asyncapi(public_url: str) -> dict[str, Any]:
    """Return what we send and what we read, as an AsyncAPI 3 document."""
    types = (SaleClosedWonV1, CrmTestEventV1, UserChange)
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "SLYYFOXX CRM events", "version": "1.0.0", "description": HOW},
        "id": f"{public_url}/asyncapi.json",
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            "crmEvents": _channel(OUR_STREAM, [SALE_CLOSED_WON, CRM_TEST_EVENT], STREAM),
            "crmWebhook": _channel("/", [SALE_CLOSED_WON, CRM_TEST_EVENT], WEBHOOK),
            "ssoEvents": _channel(SSO_STREAM, list(USER_EVENTS), STREAM),
        },
        "operations": {
            "sendSaleClosedWon": _operation(
                "send", "crmEvents", "A lead was won; published once for each sale."
            ),
            "postSaleClosedWon": _operation("send", "crmWebhook", "The same event, posted to your receiver."),
            "receiveUserEvents": _operation(
                "receive", "ssoEvents", "The SSO's news of a user, in any order."
            ),
        },
        "components": {"messages": _messages(), "schemas": schemas},
    }


def _channel(address: str, types: list[str], words: str) -> dict[str, Any]:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in types}
    return {"address": address, "description": words, "messages": messages}


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _messages() -> dict[str, Any]:
    return {
        SALE_CLOSED_WON: _message(SALE_CLOSED_WON, _ref(SALE_CLOSED_WON), examples.EVENT),
        CRM_TEST_EVENT: _message(CRM_TEST_EVENT, _ref(CRM_TEST_EVENT), TEST_EVENT),
        **{
            name: _message(name, _user_event(name), examples.USER_EVENT | {"type": name})
            for name in USER_EVENTS
        },
    }


def _message(name: str, payload: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "contentType": CONTENT_TYPE,
        "payload": payload,
        "examples": [{"name": name, "payload": example}],
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _user_event(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string"},
            "source": {"type": "string"},
            "type": {"const": name},
            "time": {"type": "string", "format": "date-time"},
            "data": _ref("UserChange"),
        },
    }
