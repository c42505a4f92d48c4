"""Other buses than Redis, against their real servers: an event is there, once, in plain JSON, or it was not sent."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.core.settings import BadSetting, load
from app.gateways import brokers
from app.gateways.brokers import BrokerBus
from app.gateways.event_bus import Undelivered
from app.gateways.sinks import open_sinks, sink_names
from tests.gateways.test_event_bus import an_event
from tests.ports import reserve_port
from tests.wait import BOOT, until_true

if TYPE_CHECKING:
    from collections.abc import Generator

NATS = shutil.which("nats-server")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class NatsServer:
    """A NATS server of the test's own, that keeps its data and its port when it is stopped."""

    def __init__(self, program: str, folder: Path) -> None:
        self.port = reserve_port()
        self.url = f"nats://127.0.0.1:{self.port}"
        self._command = [program, "-js", "-sd", str(folder), "-a", "127.0.0.1", "-p", str(self.port)]

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(self._command, env=dict(os.environ), stdout=quiet, stderr=quiet)
        until_true(lambda: answers(self.port), "NATS answers", BOOT)

    def stop(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()


@pytest.fixture(params=[each for each in [NATS] if each])
def nats_server(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[NatsServer]:
    """A running server, where the set-up of the tests could install one."""
    server = NatsServer(request.param, tmp_path)
    server.start()
    yield server
    server.stop()


async def entries(url: str) -> list[dict[str, Any]]:
    """Read the stream as another team would, with NATS' own library."""
    import nats  # noqa: PLC0415  only where NATS is tested

    connection: Any = await nats.connect(url)
    jetstream = connection.jetstream()
    info = await jetstream.stream_info("crm-events")
    messages = [await jetstream.get_msg("crm-events", number + 1) for number in range(info.state.messages)]
    await connection.close()
    return [json.loads(message.data) for message in messages]


async def test_jetstream_has_an_event_once_in_plain_json(nats_server: NatsServer) -> None:
    bus, event = BrokerBus("nats", nats_server.url), an_event()
    assert [await bus.publish(event), await bus.publish(event)] == ["added as 1", "was there already"]
    (entry,) = await entries(nats_server.url)
    assert (entry["id"], entry["type"], entry["specversion"]) == (str(event.id), event.type, "1.0")
    await bus.close()


async def test_jetstream_killed_and_started_again_loses_and_doubles_nothing(
    nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus, first, second = BrokerBus("nats", nats_server.url), an_event(), an_event()
    await bus.publish(first)
    nats_server.stop()
    with monkeypatch.context() as hasty:
        hasty.setattr(brokers, "SECONDS", 1.0)
        with pytest.raises(Undelivered, match="nats"):
            await bus.publish(second)
    nats_server.start()
    await bus.publish(first)
    await bus.publish(second)
    assert [each["id"] for each in await entries(nats_server.url)] == [str(first.id), str(second.id)]
    await bus.close()


@pytest.mark.parametrize(
    ("url", "name"),
    [("amqp://guest:guest@127.0.0.1:1/", "rabbitmq"), ("kafka://127.0.0.1:1,127.0.0.1:2", "kafka")],
)
async def test_a_broker_that_is_away_says_so_and_the_settings_choose_it(url: str, name: str) -> None:
    config = load({"REDIS_URL": "redis://127.0.0.1:1/0", "EVENT_BUS_URL": url})
    (sink,) = open_sinks(config).values()
    assert [sink.name] == sink_names(config) == [name]
    with pytest.raises(Undelivered, match=name):
        await sink.publish(an_event())
    await sink.close()


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(brokers.PACKAGES, "kafka", "no_such_package")
    with pytest.raises(BadSetting, match=r"requirements/bus\.txt"):
        open_sinks(load({"EVENT_BUS_URL": "kafka://127.0.0.1:1"}))


def test_another_kind_of_bus_is_refused() -> None:
    with pytest.raises(BadSetting, match="EVENT_BUS_URL"):
        load({"EVENT_BUS_URL": "mqtt://127.0.0.1"})
