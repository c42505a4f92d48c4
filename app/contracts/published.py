"""The documents other teams build against, made from the types we use ourselves."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from app.contracts.events import (
    CONTENT_TYPE,
    SALE_CLOSED_WON,
    SaleClosedWonDataV1,
    SaleClosedWonV1,
    UserChange,
)

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
DATA_SCHEMAS: Final = {SALE_CLOSED_WON: SaleClosedWonDataV1}
USER_EVENTS: Final = ("UserEmailUpdated", "UserCreated", "UserProfileUpdated", "UserDeactivated")


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
    types = (SaleClosedWonV1, UserChange)
    _, schemas = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "SLYYFOXX CRM events",
            "version": "1.0.0",
            "description": "CloudEvents 1.0 as structured JSON: in the field `data` of a Redis stream entry, or by "
            "HTTP POST signed by Standard Webhooks. At least once; the event's `id` is its identity.",
        },
        "id": f"{public_url}/asyncapi.json",
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            "crmEvents": _channel("crm.events", [SALE_CLOSED_WON]),
            "ssoEvents": _channel("sso.events", list(USER_EVENTS)),
        },
        "operations": {
            "sendSaleClosedWon": _operation(
                "send", "crmEvents", "A lead was won; published once for each sale."
            ),
            "receiveUserEvents": _operation(
                "receive", "ssoEvents", "The SSO's news of a user, in any order."
            ),
        },
        "components": {"messages": _messages(), "schemas": schemas},
    }


def _channel(address: str, types: list[str]) -> dict[str, Any]:
    messages = {name: {"$ref": f"#/components/messages/{name}"} for name in types}
    return {"address": address, "messages": messages}


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _messages() -> dict[str, Any]:
    sale = {"name": SALE_CLOSED_WON, "payload": {"$ref": f"#/components/schemas/{SALE_CLOSED_WON}"}}
    return {
        SALE_CLOSED_WON: sale,
        **{name: {"name": name, "payload": _user_event(name)} for name in USER_EVENTS},
    }


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
            "data": {"$ref": "#/components/schemas/UserChange"},
        },
    }
