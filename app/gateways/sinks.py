"""Every place our events go, as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.settings import BadSetting
from app.gateways import brokers
from app.gateways.event_bus import RedisStream
from app.gateways.webhooks import WebhookSink

if TYPE_CHECKING:
    from app.core.settings import Settings
    from app.gateways.event_bus import Sink

Sinks = dict[str, "Sink"]


def open_sinks(settings: Settings) -> Sinks:
    """Return the bus, and the webhook where one is configured; nothing connects before the first event."""
    sinks: list[Sink] = [_bus(settings)]
    if settings.handoff_webhook_url is not None:
        sinks.append(
            WebhookSink(
                settings.handoff_webhook_url,
                settings.handoff_webhook_secrets,
                private=settings.handoff_webhook_private,
            )
        )
    return {sink.name: sink for sink in sinks}


def sink_names(settings: Settings) -> list[str]:
    """Return the names of the places that events go to, the bus first, without opening one."""
    bus = brokers.name_of(settings.event_bus_url or "") or RedisStream.name
    return [bus, *([WebhookSink.name] if settings.handoff_webhook_url else [])]


def redis_urls(settings: Settings) -> list[str]:
    """Return every Redis that may hold our events: the company's, and the bus where that is another one."""
    bus = settings.event_bus_url
    urls = [settings.redis_url, None if bus is None or brokers.name_of(bus) else bus]
    return list(dict.fromkeys(url for url in urls if url))


def _bus(settings: Settings) -> Sink:
    url = settings.event_bus_url or settings.redis_url
    if url is None:
        raise BadSetting("REDIS_URL must be set: the events of won sales go there")
    name = brokers.name_of(url)
    if name is None:
        return RedisStream(url)
    if not brokers.is_installed(name):
        raise BadSetting(f"EVENT_BUS_URL names {name}: run `pip install -r requirements/bus.txt` first")
    return brokers.BrokerBus(name, url)


async def close_sinks(sinks: Sinks) -> None:
    """Close every connection."""
    for sink in sinks.values():
        await sink.close()
