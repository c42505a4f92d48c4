"""Traces tell what was asked and how it went, and nothing of whom it was about."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, get
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from app.core.settings import settings
from app.web.serving import tracing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.trace import ReadableSpan

TRACE = "0af7651916cd43dd8448eb211c80319c"


@get("/things/{thing:str}")
async def read_thing(thing: str) -> str:
    if thing == "broken":
        raise ZeroDivisionError
    return thing


async def spans_of(*paths: str) -> Sequence[ReadableSpan]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    served: Any = Litestar([read_thing], middleware=[tracing.Traced(provider.get_tracer("test"))])
    async with AsyncClient(transport=ASGITransport(served), base_url="http://crm.example") as client:
        for path in paths:
            await client.get(path, headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
    return exporter.get_finished_spans()


async def test_a_span_names_the_route_and_continues_the_callers_trace() -> None:
    (span,) = await spans_of("/things/grace@navy.example?q=hopper")
    assert span.name == "GET /things/{thing}"
    assert span.attributes["http.response.status_code"] == 200
    assert span.context is not None
    assert format(span.context.trace_id, "032x") == TRACE
    told = json.dumps([span.name, *map(str, (span.attributes or {}).values())])
    assert "grace" not in told
    assert "hopper" not in told


async def test_a_fault_is_an_error_of_its_span() -> None:
    (span,) = await spans_of("/things/broken")
    assert not span.status.is_ok
    assert span.attributes["http.response.status_code"] == 500


@pytest.mark.usefixtures("place")
def test_who_names_no_collector_has_no_tracing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tracing.middleware() == []
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    settings.cache_clear()
    try:
        assert len(tracing.middleware()) == 1
    finally:
        monkeypatch.undo()
        settings.cache_clear()
