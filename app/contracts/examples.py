"""The values that the published documents show: one story, from Grace's form to her onboarding."""

from __future__ import annotations

from typing import Any, Final

LEAD_ID: Final = "019ab2c4-7c10-7a33-8d5e-0c6f1e2a9b01"
CUSTOMER_ID: Final = "019ab2c4-7c0f-7b21-9a44-5d1c3e7f8a02"
TICKET_ID: Final = "019ab2d1-03aa-7c52-b1f0-6e2d4f9c0b03"
ENTRY_ID: Final = "019ab2c4-7c11-7d63-a2e1-7f3e5a0d1c04"
SALE_ID: Final = "019ab2e9-5b2c-7e74-93d2-8a4f6b1e2d05"
EVENT_ID: Final = "019ab2e9-5b2d-7f85-84c3-9b5a7c2f3e06"
RITA: Final = "01900000-0000-7000-8000-000000000001"
OMAR: Final = "01900000-0000-7000-8000-000000000002"
AT: Final = "2026-11-22T08:00:00Z"
LATER: Final = "2026-11-25T09:30:00Z"
HASH: Final = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"
CAMPAIGN: Final = {"source": "google", "medium": "cpc", "name": "autumn", "term": "", "content": ""}
CONSENT: Final = {"marketing": True, "text_version": "2026-01"}

CAPTURE: Final[dict[str, Any]] = {
    "name": "Grace Hopper",
    "email": "grace@navy.example",
    "phone": "+1 202 555 0101",
    "company": "Navy",
    "job_title": "Rear Admiral",
    "country": "US",
    "message": "We need a demo",
    "source": "contact-form",
    "form_id": "demo-request",
    "page_url": "https://www.slyyfoxx.example/demo",
    "campaign": CAMPAIGN,
    "consent": CONSENT,
    "answers": {"team_size": "50-200"},
    "submitted_at": AT,
}
CAPTURED: Final = {
    "outcome": "created",
    "lead_id": LEAD_ID,
    "customer_id": CUSTOMER_ID,
    "stage": "lead",
    "status": "new",
    "links": {"lead": f"/leads/{LEAD_ID}", "customer": f"/customers/{CUSTOMER_ID}"},
}
LEAD: Final[dict[str, Any]] = {
    "id": LEAD_ID,
    "customer": {"id": CUSTOMER_ID, "name": "Grace Hopper", "email": "grace@navy.example", "company": "Navy"},
    "status": "working",
    "stage": "qualified",
    "score": 72,
    "win_probability": 0.34,
    "score_reasons": [
        {"label": "Asked for a demo", "points": 32.0},
        {"label": "Starting points", "points": 40.0},
    ],
    "score_version": "rules-v1",
    "assigned_to_id": RITA,
    "source": "contact-form",
    "expected_value": {"amount": "12000.00", "currency": "EUR"},
    "expected_close_on": "2026-12-15",
    "follow_up": {"at": LATER, "note": "Send the proposal"},
    "last_contact_at": AT,
    "stage_entered_at": AT,
    "closed_at": None,
    "lost_reason": None,
    "reopened_from_id": None,
    "handoff": None,
    "version": 4,
    "created_at": AT,
}
WON: Final = LEAD | {
    "status": "converted",
    "stage": "closed_won",
    "closed_at": LATER,
    "handoff": {"state": "queued", "attempts": 0, "at": None},
    "version": 5,
}
LOST: Final = LEAD | {
    "status": "disqualified",
    "stage": "closed_lost",
    "closed_at": LATER,
    "lost_reason": "competitor",
    "version": 5,
}
SALE: Final = {
    "amount": "12000.00",
    "product": "Gold plan",
    "starts_on": "2027-01-01",
    "contract_reference": "C-2026-0042",
    "handoff_note": "Kick-off with the whole crew",
}
EVENT: Final = {
    "specversion": "1.0",
    "id": EVENT_ID,
    "source": "/slyyfoxx/crm",
    "type": "SaleClosedWonV1",
    "subject": CUSTOMER_ID,
    "time": LATER,
    "datacontenttype": "application/json",
    "dataschema": "https://crm.example/schemas/SaleClosedWonV1.json",
    "data": {
        "customer_id": CUSTOMER_ID,
        "sale_details": {
            "sale_id": SALE_ID,
            "lead_id": LEAD_ID,
            "currency": "EUR",
            "sales_rep_id": "R-1001",
            "closed_at": LATER,
            **SALE,
        },
    },
}
CUSTOMER_LINE: Final = {
    "id": CUSTOMER_ID,
    "name": "Grace Hopper",
    "email": "grace@navy.example",
    "company": "Navy",
    "phone": "+1 202 555 0101",
    "last_contact_at": AT,
    "created_at": AT,
}
CUSTOMER: Final = CUSTOMER_LINE | {
    "sso_user_id": None,
    "email_synced_at": None,
    "email_conflict": None,
    "job_title": "Rear Admiral",
    "country": "US",
    "first_campaign": CAMPAIGN,
    "last_campaign": CAMPAIGN,
    "consent": CONSENT,
    "clv": {"amount": "0.00", "currency": "EUR"},
    "entries": 3,
    "erased_at": None,
    "leads": [LEAD],
}
ENTRY: Final = {
    "id": ENTRY_ID,
    "customer_id": CUSTOMER_ID,
    "lead_id": LEAD_ID,
    "sequence": 2,
    "kind": "call_logged",
    "actor": {"id": RITA, "name": "Rita Reyes"},
    "on_behalf_of": None,
    "occurred_at": AT,
    "recorded_at": AT,
    "data": {"outcome": "reached", "duration_minutes": 12},
    "text": {"notes": "Wants the proposal this week"},
    "erased": False,
    "corrects_id": None,
    "corrected_by_id": None,
    "hash": HASH,
}
VERIFIED: Final[dict[str, Any]] = {
    "customer_id": CUSTOMER_ID,
    "ok": True,
    "entries": 3,
    "unbroken_since": "2026-11-22T08:00:00.000000Z",
    "erased_on": None,
    "head": HASH,
    "breaks": [],
}
ACTIVITY: Final = {
    "customer_id": CUSTOMER_ID,
    "lead_id": LEAD_ID,
    "user_id": RITA,
    "activity_type": "Call",
    "notes": "Wants the proposal this week",
    "duration_minutes": 12,
    "outcome": "reached",
}
LOGGED: Final = {
    "activity_id": ENTRY_ID,
    "customer_id": CUSTOMER_ID,
    "sequence": 2,
    "recorded_at": AT,
    "hash": HASH,
}
TICKET: Final[dict[str, Any]] = {
    "id": TICKET_ID,
    "number": 1042,
    "customer": {"id": CUSTOMER_ID, "name": "Grace Hopper", "company": "Navy"},
    "subject": "Cannot sign in",
    "status": "open",
    "priority": "high",
    "assignee_id": None,
    "opened_by_id": RITA,
    "due_at": LATER,
    "closed_at": None,
    "version": 1,
    "created_at": AT,
    "updated_at": AT,
}
USER_EVENT: Final = {
    "specversion": "1.0",
    "id": "evt-4711",
    "source": "/sso",
    "type": "UserEmailUpdated",
    "time": AT,
    "data": {
        "user_id": "01900000-0000-7000-8000-00000000c001",
        "previous_email": "grace@navy.example",
        "email": "admiral@navy.example",
        "version": 2,
        "updated_at": AT,
    },
}
