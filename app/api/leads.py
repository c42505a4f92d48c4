"""/v1/leads: capture, read, move, win, lose, assign."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post

from app.api import present
from app.api.auth import CAPTURE
from app.api.respond import answer, check_query, key_of
from app.contracts.pipeline import AssignRequest, LostRequest, MoveRequest, WonRequest
from app.contracts.words import STAGES
from app.core import clock
from app.core.decoding import read_struct
from app.core.errors import Invalid, Problem
from app.core.settings import settings
from app.domain.board import BoardFilter
from app.domain.idempotency import Key
from app.domain.lead_list import LeadFilter
from app.domain.pipeline import Stage, parse_stage
from app.domain.reassign import clean_reason
from app.domain.sale import Loss, check_loss, check_sale
from app.domain.text import Checker
from app.services import closing, leads, pipeline
from app.services.lead_capture import capture_lead

Asking = Request[Any, Any, Any]


@post("/leads/capture", opt=CAPTURE, name="api.leads.capture")
async def capture(request: Asking) -> Response[Any]:
    """Take a marketing form: 201 for a new lead, 200 when it joins the open lead of the same e-mail."""
    body = await request.body()
    client: str = request.user.id
    key = _webhook_key(request, client, body) or key_of(request, client, body)
    outcome = await capture_lead(client, body, key)
    status = 201 if outcome.value.outcome == "created" else 200
    return answer(outcome.value, status=status, outcome=outcome)


def _webhook_key(request: Asking, client: str, body: bytes) -> Key | None:
    """A signed webhook's id is its idempotency key."""
    signed = "authorization" not in request.headers
    return Key.of(client, request.headers.get("webhook-id"), body) if signed else None


@get("/leads", name="api.leads.list")
async def list_leads(
    request: Asking, stage: str = "", q: str = "", limit: int = 25, cursor: str = ""
) -> Response[Any]:
    """Return a page of the caller's leads, newest first unless `sort` says otherwise."""
    check_query(request, limit, q)
    if stage and stage not in STAGES:
        raise Invalid([Problem("#query/stage", f"must be one of: {', '.join(STAGES)}")])
    sort = request.query_params.get("sort", "-created_at")
    narrowed = LeadFilter(BoardFilter(q=q), (Stage(stage),) if stage else (), sort=sort)
    page = await leads.list_leads(request.user, narrowed, limit=limit, cursor=cursor or None)
    return answer({"items": [present.lead(item) for item in page.items], "next_cursor": page.next_cursor})


@get("/leads/{lead_id:uuid}", name="api.leads.read")
async def read_lead(request: Asking, lead_id: UUID) -> Response[Any]:
    """Return one lead."""
    return answer(present.lead(await leads.read_lead(request.user, lead_id)))


@post("/leads/{lead_id:uuid}/stage", name="api.leads.move", status_code=200)
async def move_lead(request: Asking, lead_id: UUID) -> Response[Any]:
    """Move an open lead to another open stage."""
    body = await request.body()
    wanted = read_struct(MoveRequest, body, _check_move)
    key = key_of(request, request.user.id, body)
    outcome = await pipeline.move_lead(request.user, lead_id, wanted.stage, wanted.version, key)
    return answer(present.lead(outcome.value), outcome=outcome)


def _check_move(wanted: MoveRequest) -> None:
    parse_stage(wanted.stage)


@post("/leads/{lead_id:uuid}/won", name="api.leads.win", status_code=200)
async def win_lead(request: Asking, lead_id: UUID) -> Response[Any]:
    """Win a lead with its sale details; its one SaleClosedWonV1 is then on its way."""
    body = await request.body()
    wanted = read_struct(WonRequest, body, _check_won)
    key = key_of(request, request.user.id, body)
    outcome = await closing.close_won(request.user, lead_id, wanted.version, wanted.sale_details, key)
    return answer(present.lead(outcome.value), outcome=outcome)


def _check_won(wanted: WonRequest) -> None:
    check_sale(wanted.sale_details, settings().currency, clock.now())


@post("/leads/{lead_id:uuid}/lost", name="api.leads.lose", status_code=200)
async def lose_lead(request: Asking, lead_id: UUID) -> Response[Any]:
    """Lose a lead for a reason."""
    body = await request.body()
    wanted = read_struct(LostRequest, body, _check_lost)
    key = key_of(request, request.user.id, body)
    outcome = await closing.close_lost(request.user, lead_id, wanted.version, _loss_of(wanted), key)
    return answer(present.lead(outcome.value), outcome=outcome)


def _loss_of(wanted: LostRequest) -> Loss:
    return Loss(wanted.reason, wanted.note or "", competitor=wanted.competitor or "")


def _check_lost(wanted: LostRequest) -> None:
    check_loss(_loss_of(wanted), clock.now())


@post("/leads/{lead_id:uuid}/assign", name="api.leads.assign", status_code=200)
async def assign_lead(request: Asking, lead_id: UUID) -> Response[Any]:
    """Give a lead to another rep (admins)."""
    body = await request.body()
    wanted = read_struct(AssignRequest, body, _check_assign)
    outcome = await leads.assign_lead(request.user, lead_id, wanted, key_of(request, request.user.id, body))
    return answer(present.lead(outcome.value), outcome=outcome)


def _check_assign(wanted: AssignRequest) -> None:
    checker = Checker()
    clean_reason(checker, wanted.reason)
    checker.finish()


routes: Final = [capture, list_leads, read_lead, move_lead, win_lead, lose_lead, assign_lead]
