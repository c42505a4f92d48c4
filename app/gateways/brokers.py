"""Other buses than Redis: NATS JetStream, RabbitMQ and Kafka through FastStream (requirements/bus.txt).

Each is handed plain CloudEvents JSON, and has an event safe once it has confirmed it.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec
from typing_extensions import override

from app.contracts.events import CONTENT_TYPE, OUR_STREAM
from app.gateways.event_bus import RETRY_AFTER, Sink, Undelivered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.contracts.events import OutgoingEvent

SECONDS: Final = 5.0
JETSTREAM: Final = "crm-events"  # JetStream's own names may not have dots


class Connected(Protocol):
    """A connection to a broker."""

    async def open(self) -> None:
        """Connect, and make what is published to if it is not there."""
        ...

    async def send(self, event: OutgoingEvent, body: bytes) -> str:
        """Hand over one event; returns what the broker confirmed."""
        ...

    async def close(self) -> None:
        """Disconnect."""
        ...


class BrokerBus(Sink):
    """A broker as the company's bus: connects when first needed, and anew after every failure."""

    one_at_a_time = False
    retry_after = RETRY_AFTER

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self._kind, self._url = KINDS[name], url
        self._open: Connected | None = None
        self._opening = asyncio.Lock()

    async def publish(self, event: OutgoingEvent) -> str:
        """Hand the event over; the broker has it when this returns."""
        try:
            import_module(LIBRARIES[self.name])  # takes seconds the first time, and none of the broker's
            async with asyncio.timeout(SECONDS):
                broker = await self._connected()
                return await broker.send(event, msgspec.json.encode(event))
        except Undelivered:
            raise
        except Exception as error:
            await self.close()
            raise Undelivered(f"{self.name}: {type(error).__name__}") from error

    async def close(self) -> None:
        """Close the connection; the next event opens another."""
        broker, self._open = self._open, None
        if broker is not None:
            with suppress(Exception):
                await broker.close()

    async def _connected(self) -> Connected:
        async with self._opening:
            if self._open is None:
                broker = self._kind(self._url)
                try:
                    await broker.open()
                except BaseException:
                    with suppress(Exception):
                        await broker.close()
                    raise
                self._open = broker
            return self._open


class _FastStream:
    """What the three have in common."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker

    async def open(self) -> None:
        """Connect."""
        await self._broker.connect()

    async def close(self) -> None:
        """Disconnect."""
        await self._broker.stop()


class Nats(_FastStream):
    """JetStream: the stream `crm-events` with the subject `crm.events`; its own dedupe by the event's id."""

    def __init__(self, url: str) -> None:
        from faststream.nats import NatsBroker  # noqa: PLC0415  optional

        super().__init__(NatsBroker(url, connect_timeout=2, allow_reconnect=False))

    @override
    async def open(self) -> None:
        from nats.js.errors import NotFoundError  # noqa: PLC0415

        await super().open()
        jetstream: Any = self._broker.config.connection_state.stream
        try:
            await jetstream.stream_info(JETSTREAM)
        except NotFoundError:
            await jetstream.add_stream(name=JETSTREAM, subjects=[OUR_STREAM])

    async def send(self, event: OutgoingEvent, body: bytes) -> str:
        """Publish, and wait until the stream has it."""
        headers = {"Nats-Msg-Id": str(event.id), "ce-id": str(event.id), "ce-type": event.type}
        said = await self._broker.publish(
            body, OUR_STREAM, headers=headers, stream=JETSTREAM, timeout=SECONDS
        )
        return "was there already" if said.duplicate else f"added as {said.seq}"


class Rabbit(_FastStream):
    """The durable topic exchange `crm.events`, by the event's type; an event that no queue takes is not sent."""

    def __init__(self, url: str) -> None:
        from faststream.rabbit import ExchangeType, RabbitBroker, RabbitExchange  # noqa: PLC0415  optional

        super().__init__(RabbitBroker(url))
        self._exchange = RabbitExchange(OUR_STREAM, type=ExchangeType.TOPIC, durable=True)

    @override
    async def open(self) -> None:
        await super().open()
        await self._broker.declare_exchange(self._exchange)

    async def send(self, event: OutgoingEvent, body: bytes) -> str:
        """Publish, and wait until a queue has it."""
        said = await self._broker.publish(
            body,
            exchange=self._exchange,
            routing_key=event.type,
            persist=True,
            message_id=str(event.id),
            message_type=event.type,
            content_type=CONTENT_TYPE,
        )
        if type(said).__name__ != "Ack":
            raise Undelivered("rabbitmq: no queue is bound to the exchange crm.events for this type")
        return "confirmed"


class Kafka(_FastStream):
    """The topic `crm.events`, keyed by the event's subject, confirmed by every replica in step."""

    def __init__(self, url: str) -> None:
        from faststream.kafka import KafkaBroker  # noqa: PLC0415  optional

        self._servers = url.removeprefix("kafka://").rstrip("/").split(",")
        super().__init__(KafkaBroker(self._servers, acks="all", enable_idempotence=True))

    @override
    async def open(self) -> None:
        await _one_answers(self._servers)  # a producer that never got through could not be closed any more
        await self._broker.start()  # its producer exists only then

    async def send(self, event: OutgoingEvent, body: bytes) -> str:
        """Publish, and wait until the topic has it."""
        headers = {"ce_id": str(event.id), "ce_type": event.type, "content-type": CONTENT_TYPE}
        said = await self._broker.publish(body, OUR_STREAM, key=event.subject.encode(), headers=headers)
        return f"added as {said.partition}:{said.offset}"


async def _one_answers(servers: Sequence[str]) -> None:
    for number, server in enumerate(servers, 1):
        host, _, port = server.rpartition(":")
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            if number == len(servers):
                raise
        else:
            writer.close()
            return


KINDS: Final[dict[str, type[Nats | Rabbit | Kafka]]] = {"nats": Nats, "rabbitmq": Rabbit, "kafka": Kafka}
LIBRARIES: Final = {"nats": "faststream.nats", "rabbitmq": "faststream.rabbit", "kafka": "faststream.kafka"}
PACKAGES: Final = {"nats": "nats", "rabbitmq": "aio_pika", "kafka": "aiokafka"}
SCHEMES: Final = {"nats": "nats", "tls": "nats", "amqp": "rabbitmq", "amqps": "rabbitmq", "kafka": "kafka"}


def name_of(url: str) -> str | None:
    """Return which of the three a URL names, None for another bus."""
    return SCHEMES.get(url.partition(":")[0])


def is_installed(name: str) -> bool:
    """Say whether the packages for this kind of bus are there."""
    return find_spec("faststream") is not None and find_spec(PACKAGES[name]) is not None
