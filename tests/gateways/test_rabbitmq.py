"""RabbitMQ, against its real server: an event is sent only when a queue has it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.gateways.brokers import BrokerBus
from app.gateways.event_bus import Undelivered
from app.sandbox.ports import free_port
from tests.gateways.test_brokers import answers
from tests.gateways.test_event_bus import an_event
from tests.wait import BOOT, until_true

if TYPE_CHECKING:
    from collections.abc import Generator

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's; the one on the path changes its user


@pytest.fixture(params=[each for each in [SERVER] if each.exists()])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[str]:
    """A running server, where one is installed."""
    port, epmd = int(free_port()), {"ERL_EPMD_PORT": free_port()}
    places = {"RABBITMQ_MNESIA_BASE": "m", "RABBITMQ_LOG_BASE": "l", "RABBITMQ_ENABLED_PLUGINS_FILE": "p"}
    environment = {
        **os.environ,
        **epmd,
        **{name: str(tmp_path / place) for name, place in places.items()},
        "HOME": str(tmp_path),
        "RABBITMQ_NODENAME": f"crm{port}@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": free_port(),
    }
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(
        [str(request.param)], env=environment, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        until_true(lambda: answers(port), "RabbitMQ answers", BOOT)
        yield f"amqp://guest:guest@127.0.0.1:{port}/"
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        until_true(lambda: _end_epmd(os.environ | epmd), "Erlang's port mapper ends")


def _end_epmd(environment: dict[str, str]) -> bool:
    done = subprocess.run(["epmd", "-kill"], env=environment, capture_output=True, check=False)
    return done.returncode == 0


async def test_an_event_is_sent_once_a_queue_has_it(url: str) -> None:
    import aio_pika  # noqa: PLC0415  only where RabbitMQ is tested

    bus, event = BrokerBus("rabbitmq", url), an_event()
    with pytest.raises(Undelivered, match="no queue is bound"):
        await bus.publish(event)
    connection: Any = await aio_pika.connect(url)
    channel = await connection.channel()
    queue = await channel.declare_queue("onboarding", durable=True)
    await queue.bind("crm.events", "SaleClosedWonV1")
    assert await bus.publish(event) == "confirmed"
    message: Any = await queue.get()
    assert json.loads(message.body)["id"] == message.message_id == str(event.id)
    assert (message.content_type, message.delivery_mode) == ("application/cloudevents+json", 2)
    await message.ack()
    await connection.close()
    await bus.close()
