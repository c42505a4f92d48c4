"""The actions, asked for over HTTP the way a browser or the CMS asks; each checks that it got what it wanted."""

from __future__ import annotations

import json
import re
from contextlib import AsyncExitStack
from itertools import count
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode
from uuid import uuid4

from app.store import cursor
from bench.wire import FORM, JSON, Wire

if TYPE_CHECKING:
    from bench.ground import Ground
    from bench.wire import Answer

PARTIAL: Final = {"HX-Request": "true", "HX-Request-Type": "partial", "Sec-Fetch-Site": "same-origin"}
STAGES: Final = ("lead", "qualified", "proposal_sent", "negotiation")
VERSION: Final = re.compile(rb'data-version="(\d+)"')
OK, CREATED = 200, 201


class WrongAnswerError(Exception):
    """An action was answered otherwise than it must be."""


class Actions:
    """Every action of one user (`worker`), over connections that user keeps."""

    def __init__(self, ground: Ground, users: dict[str, dict[str, str]], url: str) -> None:
        self._ground, self._users, self._url = ground, users, url
        self._open = AsyncExitStack()
        self._wires: dict[tuple[int, str], Wire] = {}
        self._turn = count()
        self._run = uuid4().hex[:8]

    async def close(self) -> None:
        """Close every connection."""
        await self._open.aclose()

    async def board(self, worker: int) -> Answer:
        """Open the board of a rep."""
        return await self._page(worker, "rita", "/board")

    async def everybodys_board(self, worker: int) -> Answer:
        """Open the board of everybody's leads."""
        return await self._page(worker, "ada", "/board")

    async def timeline(self, worker: int) -> Answer:
        """Open the customer with a thousand entries."""
        return await self._page(worker, "rita", f"/customers/{self._ground.talkative}")

    async def anew(self, worker: int) -> Answer:
        """Open it at an address that nobody asked for yet: the page is drawn, of entries that may be kept."""
        path = f"/customers/{self._ground.talkative}?look={next(self._turn)}"
        return await self._page(worker, "rita", path)

    async def deep(self, worker: int) -> Answer:
        """Ask for the oldest entries of that customer."""
        below = cursor.encode(*self._ground.deep, self._ground.talkative)
        path = f"/customers/{self._ground.talkative}/timeline?cursor={below}"
        return await self._page(worker, "rita", path, PARTIAL)

    async def search(self, worker: int) -> Answer:
        """Search the customers by a name."""
        name = self._ground.names[next(self._turn) % len(self._ground.names)]
        return await self._page(worker, "rita", f"/customers?{urlencode({'q': name})}")

    async def move(self, worker: int) -> Answer:
        """Drag a card to the next open stage."""
        lead = self._ground.leads[worker]
        target = STAGES[(STAGES.index(lead.stage) + 1) % len(STAGES)]
        form = {"to": target, "from": lead.stage, "version": lead.version, "key": uuid4()}
        answer = await self._post(worker, f"/leads/{lead.id}/stage", form)
        version = VERSION.search(answer.body)
        if version is None:
            raise WrongAnswerError("a move was answered without a card")
        lead.stage, lead.version = target, int(version[1])
        return answer

    async def log(self, worker: int) -> Answer:
        """Log a call on a customer's page, with every field of its form."""
        lead = self._ground.leads[100 + worker]
        page = f"/customers/{lead.customer_id}"
        left_empty = dict.fromkeys(
            ("occurred_at", "duration_minutes", "next", "follow_up_note", "move_to"), ""
        )
        said = {"activity_type": "Call", "outcome": "reached", "notes": "They will decide next week."}
        form = {**left_empty, **said, "lead_id": lead.id, "version": lead.version, "key": uuid4()}
        return await self._post(worker, f"{page}/activities", form, {"HX-Current-URL": self._url + page})

    async def capture(self, worker: int) -> Answer:
        """Send a form of the website."""
        body = {
            "name": "Grace Hopper",
            "email": f"{self._run}-{next(self._turn)}@bench.example",
            "company": "Navy",
            "message": "We need a demo",
            "source": "contact-form",
            "form_id": "demo-request",
        }
        wire = await self._wire(worker, "cms")
        headers = JSON | {"Idempotency-Key": str(uuid4())}
        return _checked(await wire.post("/v1/leads/capture", headers, json.dumps(body).encode()), CREATED)

    async def _page(self, worker: int, who: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        wire = await self._wire(worker, who, headers or {})
        return _checked(await wire.get(path), OK)

    async def _post(
        self, worker: int, path: str, form: dict[str, object], headers: dict[str, str] | None = None
    ) -> Answer:
        wire = await self._wire(worker, "rita", PARTIAL)
        return _checked(await wire.post(path, FORM | (headers or {}), urlencode(form).encode()), OK)

    async def _wire(self, worker: int, who: str, headers: dict[str, str] | None = None) -> Wire:
        known = (worker, who + str(len(headers or {})))
        if known not in self._wires:
            wire = Wire(self._url, self._users[who] | (headers or {}))
            self._wires[known] = await self._open.enter_async_context(wire)
        return self._wires[known]


def _checked(answer: Answer, wanted: int) -> Answer:
    if answer.status != wanted:
        raise WrongAnswerError(f"{answer.status} instead of {wanted}: {answer.body[:300]!r}")
    return answer
