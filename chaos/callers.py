"""Who works meanwhile: patient callers, who ask again with the same key until they have an answer."""

from __future__ import annotations

import asyncio
import json
from base64 import urlsafe_b64decode
from contextlib import suppress
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from random import Random

    from chaos.ledger import Ledger
    from chaos.system import System

PAUSE: Final = 0.25
OPEN: Final = ("lead", "qualified", "proposal_sent", "negotiation")
# What a caller is told while something is away: ask again. Everything else of the kind is a defect.
NOT_NOW: Final = frozenset({408, 409, 429, 503})
FAULT, UNAUTHORIZED = 500, 401
SALE: Final = {"amount": "1200.00", "currency": "EUR", "product": "Team plan", "starts_on": "2030-01-01"}


class Callers:
    """The callers of one run; they stop when `over` is set."""

    def __init__(self, system: System, ledger: Ledger, chance: Random) -> None:
        self._system, self._ledger, self._chance = system, ledger, chance
        self._tokens: dict[str, str] = {}
        self.over = asyncio.Event()

    async def run(self) -> None:
        """Work until it is over; each caller finishes what it began."""
        async with httpx.AsyncClient(timeout=20, trust_env=False) as self._http:
            jobs = [
                *[self._capture] * 4,
                *[self._call] * 3,
                *[self._move] * 3,
                self._read,
                self._change_address,
            ]
            await asyncio.gather(*(self._keep_at(job) for job in jobs))

    async def _keep_at(self, job: Callable[[], Awaitable[None]]) -> None:
        while not self.over.is_set():
            await job()
            await asyncio.sleep(self._chance.uniform(0, PAUSE))

    async def _capture(self) -> None:
        number = self._chance.randrange(1 + len(self._ledger.captures))
        body = {"name": "Grace Hopper", "email": f"p{number // 2}@chaos.example", "message": "We need a demo"}
        key = str(uuid4())
        kept = await self._patiently("cms", "POST", "/v1/leads/capture", body, key)
        self._ledger.captures[key] = kept["lead_id"]
        self._ledger.customers.append(kept["customer_id"])

    async def _call(self) -> None:
        if not self._ledger.customers:
            return
        token = await self._token("sam")
        claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
        key = str(uuid4())
        body = {
            "customer_id": self._chance.choice(self._ledger.customers),
            "user_id": claims["sub"],
            "activity_type": "Call",
            "notes": key,
        }
        self._ledger.calls[key] = (await self._patiently("sam", "POST", "/v1/activity/log", body, key))[
            "activity_id"
        ]

    async def _move(self) -> None:
        if not self._ledger.captures:
            return
        lead_id = self._chance.choice(list(self._ledger.captures.values()))
        to = self._chance.choices((*OPEN, "won", "lost"), (4, 4, 4, 4, 3, 1))[0]
        async for lead in self._looking(f"/v1/leads/{lead_id}"):
            if lead["stage"] not in OPEN or lead["stage"] == to:
                self._note_end(lead)
                return
            path = f"/v1/leads/{lead_id}/{to if to in {'won', 'lost'} else 'stage'}"
            body = {"won": {"sale_details": SALE}, "lost": {"reason": "price", "note": ""}}.get(
                to, {"stage": to}
            )
            answer = await self._ask("ada", "POST", path, {**body, "version": lead["version"]}, None)
            if answer is not None:
                self._ledger.moves += 1
                self._note_end(answer)
                return

    def _note_end(self, lead: dict[str, Any]) -> None:
        ended = {"closed_won": self._ledger.won, "closed_lost": self._ledger.lost}.get(lead["stage"])
        if ended is not None:
            ended.add(lead["id"])

    async def _read(self) -> None:
        path = self._chance.choice(
            ("/v1/leads?limit=20", "/v1/customers?q=grace", "/v1/events", "/health/live")
        )
        await self._ask("ada" if path == "/v1/events" else "rita", "GET", path, None, None)

    async def _change_address(self) -> None:
        """Open an account that fills in a form, or give one of them another address."""
        address = f"{uuid4().hex[:12]}@accounts.example"
        known = list(self._ledger.addresses)
        if len(known) < 8:  # noqa: PLR2004  few, so that each changes often
            await self._form("/sso/accounts", {"email": address, "name": "Ada Byron"})
            user_id = await self._user_id(address)
            body = {"name": "Ada Byron", "email": address, "sso_user_id": user_id}
            await self._patiently("cms", "POST", "/v1/leads/capture", body, str(uuid4()))
        else:
            user_id = self._chance.choice(known)
            await self._form(f"/sso/accounts/{user_id}/email", {"email": address})
        self._ledger.addresses[user_id] = address

    async def _form(self, path: str, fields: dict[str, str]) -> None:
        while True:
            with suppress(httpx.HTTPError):
                if (await self._http.post(self._system.sandbox_url + path, data=fields)).status_code < FAULT:
                    return
            await asyncio.sleep(PAUSE)

    async def _user_id(self, address: str) -> str:
        while True:
            with suppress(httpx.HTTPError):
                page = (
                    await self._http.get(f"{self._system.sandbox_url}/sso/accounts", params={"q": address})
                ).text
                return page.partition("/sso/accounts/")[2].partition("/")[0]
            await asyncio.sleep(PAUSE)

    async def _looking(self, path: str) -> AsyncGenerator[dict[str, Any]]:
        """Yield what is there, again and again."""
        while True:
            yield await self._patiently("ada", "GET", path, None, None)
            await asyncio.sleep(PAUSE)

    async def _patiently(
        self, who: str, method: str, path: str, body: Any, key: str | None
    ) -> dict[str, Any]:
        while True:
            answer = await self._ask(who, method, path, body, key)
            if answer is not None:
                return answer
            await asyncio.sleep(PAUSE)

    async def _ask(
        self, who: str, method: str, path: str, body: Any, key: str | None
    ) -> dict[str, Any] | None:
        """Return the answer, None where there is none yet; whatever a caller must never see is noted."""
        headers = {"Authorization": f"Bearer {await self._token(who)}"} | (
            {"Idempotency-Key": key} if key else {}
        )
        try:
            answer = await self._http.request(method, self._system.url + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self._ledger.refused[type(error).__name__] += 1
            return None
        if answer.is_success:
            return answer.json() if "json" in answer.headers["Content-Type"] else {}
        if answer.status_code == UNAUTHORIZED:
            self._tokens.pop(who, None)  # it has expired
        self._ledger.refused[str(answer.status_code)] += 1
        if answer.status_code not in NOT_NOW | {UNAUTHORIZED}:
            self._ledger.wrong[
                f"{method} {path.partition('?')[0]}: {answer.status_code} {answer.text[:200]}"
            ] += 1
        return None

    async def _token(self, who: str) -> str:
        while who not in self._tokens:
            with suppress(CalledProcessError):  # the neighbours are away
                self._tokens[who] = await asyncio.to_thread(self._system.crm, "token", who)
        return self._tokens[who]
