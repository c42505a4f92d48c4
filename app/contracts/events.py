"""Events between the CRM and other systems: CloudEvents 1.0, structured JSON (docs/adr/0033)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

SALE_CLOSED_WON: Final = "SaleClosedWonV1"
CRM_TEST_EVENT: Final = "CrmTestEventV1"
OUR_STREAM: Final = "crm.events"
SSO_STREAM: Final = "sso.events"
CONTENT_TYPE: Final = "application/cloudevents+json"
LARGEST: Final = 64 * 1024

Name = Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$")]
Moment = Annotated[datetime, Meta(tz=True)]
Amount = Annotated[str, Meta(pattern=r"^\d{1,12}\.\d{2}$", description="An exact decimal, never a float.")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$")]


class SaleDetailsV1(msgspec.Struct):
    """What was sold, and by whom."""

    sale_id: UUID
    lead_id: UUID
    amount: Amount
    currency: Currency
    product: str
    starts_on: date | None
    contract_reference: str
    handoff_note: str
    sales_rep_id: str | None
    closed_at: Moment


class SaleClosedWonDataV1(msgspec.Struct):
    """The `data` of SaleClosedWonV1."""

    customer_id: UUID
    sale_details: SaleDetailsV1


class SaleClosedWonV1(msgspec.Struct):
    """A lead was won: the Workflow Orchestrator starts “Client Onboarding” on it, once per `id`."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: Literal["SaleClosedWonV1"]
    subject: Annotated[str, Meta(description="The customer's id.")]
    time: Moment
    datacontenttype: Literal["application/json"]
    dataschema: str
    data: SaleClosedWonDataV1


class CrmTestEventDataV1(msgspec.Struct):
    """The `data` of CrmTestEventV1."""

    note: str
    sent_by: str


class CrmTestEventV1(msgspec.Struct):
    """Somebody tries whether events arrive. It stands for nothing: no sale, no customer."""

    specversion: Literal["1.0"]
    id: UUID
    source: str
    type: Literal["CrmTestEventV1"]
    subject: str
    time: Moment
    datacontenttype: Literal["application/json"]
    dataschema: str
    data: CrmTestEventDataV1


class OutgoingEvent(msgspec.Struct, frozen=True):
    """Any event on its way out; `data` is sent as the outbox keeps it."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    dataschema: str
    data: msgspec.Raw
    specversion: str = "1.0"
    datacontenttype: str = "application/json"


class IncomingEvent(msgspec.Struct, frozen=True):
    """Any event on its way in, before anybody looked at its `data`."""

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Name
    data: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    time: Moment | None = None


class UserChange(msgspec.Struct, frozen=True):
    """The `data` of every user event of the SSO. `version` grows with each change of that user."""

    user_id: Name
    email: str | None = None
    previous_email: str | None = None
    name: str | None = None
    active: bool | None = None
    version: Annotated[int, Meta(ge=0, le=2**63 - 1)] | None = None
    updated_at: Moment | None = None


class ReceiveAnswer(msgspec.Struct):
    """What became of an event: `accepted`, `duplicate` or `ignored`."""

    status: Literal["accepted", "duplicate", "ignored"]
