"""The Workflow Orchestrator's part: one onboarding project for each sale, however often it is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import ResponseError

from app.core import clock
from app.core.ids import uuid7
from app.core.log import logger
from app.sandbox.jsonfile import JsonFile

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

STREAM: Final = "crm.events"
GROUP: Final = "orchestrator"
CONSUMER: Final = "orchestrator-1"
SALE: Final = "SaleClosedWonV1"
BATCH: Final = 100
WAIT_MS: Final = 2_000
ABANDONED_AFTER_MS: Final = 30_000

log = logger("sandbox.orchestrator")

SAME: Final = ("event_id", "sale_id")

Entry = tuple[str, dict[str, str] | None]


class Onboarding:
    """The projects started, and the consumer group that starts them."""

    def __init__(self, path: Path, redis: Redis) -> None:
        self._file = JsonFile(path)
        self._redis = redis
        stored = self._file.read()
        self.projects: list[dict[str, Any]] = stored.get("projects", [])
        self.repeats: int = stored.get("repeats", 0)
        self.unreadable: int = stored.get("unreadable", 0)
        self._known = {known[name] for known in self.projects for name in SAME}

    async def step(self) -> None:
        """Work through the next entries; each is acknowledged only after its project is on disk."""
        try:
            entries = await self._abandoned() or await self._unfinished() or await self._new()
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._make_group()
            return
        if entries:
            self._work_through(entries)
            await self._redis.xack(STREAM, GROUP, *(entry_id for entry_id, _ in entries))

    async def _make_group(self) -> None:
        # From the very beginning: what was published before the group existed counts too.
        await self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        log.info("group_made", stream=STREAM, group=GROUP)

    async def _abandoned(self) -> list[Entry]:
        claimed = await self._redis.xautoclaim(STREAM, GROUP, CONSUMER, ABANDONED_AFTER_MS, count=BATCH)
        return claimed[1]

    async def _unfinished(self) -> list[Entry]:
        return await self._read("0", None)

    async def _new(self) -> list[Entry]:
        return await self._read(">", WAIT_MS)

    async def _read(self, start: str, wait_ms: int | None) -> list[Entry]:
        answer = await self._redis.xreadgroup(GROUP, CONSUMER, {STREAM: start}, count=BATCH, block=wait_ms)
        return answer[0][1] if answer else []

    def _work_through(self, entries: list[Entry]) -> None:
        for _, fields in entries:
            if fields is not None:  # an entry deleted while it was pending has no fields any more
                self._handle(fields.get("data", ""))
        self._file.write({"projects": self.projects, "repeats": self.repeats, "unreadable": self.unreadable})

    def _handle(self, data: str) -> None:
        try:
            event = json.loads(data)
            if event["type"] != SALE:
                return
            project = _project(event)
        except (ValueError, KeyError, TypeError) as error:
            self.unreadable += 1
            log.warning("event_unreadable", error=type(error).__name__)
            return
        if not self._known.isdisjoint(project[name] for name in SAME):
            self.repeats += 1
            log.info("repeat_ignored", event_id=project["event_id"])
            return
        self.projects.append(project)
        self._known.update(project[name] for name in SAME)
        log.info("project_started", event_id=project["event_id"])


def _project(event: dict[str, Any]) -> dict[str, Any]:
    sale = event["data"]["sale_details"]
    return {
        "project_id": str(uuid7()),
        "name": f"Client Onboarding: {sale['product']}",
        "event_id": event["id"],
        "customer_id": event["data"]["customer_id"],
        "sale_id": sale["sale_id"],
        "lead_id": sale["lead_id"],
        "product": sale["product"],
        "amount": sale["amount"],
        "currency": sale["currency"],
        "starts_on": sale.get("starts_on"),
        "sales_rep_id": sale.get("sales_rep_id"),
        "handoff_note": sale.get("handoff_note") or "",
        "started_at": clock.now().isoformat(),
    }
