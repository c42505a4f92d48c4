"""The examples that we hand out work as they say."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pytest

from app.gateways.event_bus import Undelivered
from app.gateways.webhooks import WebhookSink
from tests.gateways.test_event_bus import an_event
from tests.ports import reserve_port
from tests.wait import BOOT, until

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from tests.database import Place

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).parents[1] / "contracts/golden/SaleClosedWonV1-full.json"
SECRET = "whsec_b2xkIHNlY3JldCBvZiB0aGUgdGVzdHM="


def consume(place: Place, file: Path) -> str:
    command = [sys.executable, str(EXAMPLES / "consumer.py"), place.redis_url, "--once", "--file", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


async def test_the_consumer_acts_once_on_each_id(redis: Redis, place: Place, tmp_path: Path) -> None:
    event: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    await redis.xadd("crm.events", {"data": json.dumps(event | {"type": "CrmTestEventV1"})})
    for _ in range(2):
        await redis.xadd("crm.events", {"data": json.dumps(event)})
    assert consume(place, tmp_path / "seen.json").split()[0] == event["id"]
    await redis.delete("crm.events")
    await redis.xadd("crm.events", {"data": json.dumps(event)})
    assert consume(place, tmp_path / "seen.json") == "", "it remembers, also over a restart and a wiped Redis"


async def test_the_receiver_accepts_what_we_sign_and_nothing_else(tmp_path: Path) -> None:
    port = reserve_port()
    with (tmp_path / "out").open("w+") as out:
        process = receive(port, out)
        try:
            event = an_event()
            ours = WebhookSink(f"http://127.0.0.1:{port}/", (SECRET,), private=True)
            forged = WebhookSink(f"http://127.0.0.1:{port}/", ("whsec_bmV3IHNlY3JldA==",), private=True)
            await until(lambda: _answers(port), "the receiver listens", BOOT)
            assert [await ours.publish(event), await ours.publish(event)] == ["204 No Content"] * 2
            with pytest.raises(Undelivered, match="401"):
                await forged.publish(event)
            out.seek(0)
            assert out.read().splitlines() == [f"{event.id} {event.type}"]
            await ours.close()
            await forged.close()
        finally:
            process.kill()
            process.wait()


def receive(port: int, out: IO[str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(EXAMPLES / "receiver.py"), str(port)]
    secret = os.environ | {"HANDOFF_WEBHOOK_SECRET": SECRET}
    return subprocess.Popen(command, env=secret, stdout=out, stderr=subprocess.DEVNULL)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
