"""Every place our events go, as the settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.settings import BadSetting
from app.gateways.event_bus import RedisStream
from app.gateways.webhooks import WebhookSink

if TYPE_CHECKING:
    from app.core.settings import Settings
    from app.gateways.event_bus import Sink

Sinks = dict[str, "Sink"]


def open_sinks(settings: Settings) -> Sinks:
    """Return the stream, and the webhook where one is configured; nothing connects before the first event."""
    if settings.redis_url is None:
        raise BadSetting("REDIS_URL must be set: the events of won sales go there")
    sinks: list[Sink] = [RedisStream(settings.redis_url)]
    if settings.handoff_webhook_url is not None:
        if not settings.handoff_webhook_secrets:
            raise BadSetting("HANDOFF_WEBHOOK_SECRET must be set beside HANDOFF_WEBHOOK_URL")
        sinks.append(
            WebhookSink(
                settings.handoff_webhook_url,
                settings.handoff_webhook_secrets,
                private=settings.handoff_webhook_private,
            )
        )
    return {sink.name: sink for sink in sinks}


def sink_names(settings: Settings) -> list[str]:
    """Return the names of the places that events go to, without opening one."""
    return ["stream", *(["webhook"] if settings.handoff_webhook_url else [])]


async def close_sinks(sinks: Sinks) -> None:
    """Close every connection."""
    for sink in sinks.values():
        await sink.close()
