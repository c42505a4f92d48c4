"""A span a request, for operators who collect traces: by route template and request id, never by path or person.

Mount: `middleware=[*tracing.middleware(), …]`. Needs `OTEL_EXPORTER_OTLP_ENDPOINT` and requirements/otel.txt.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from typing_extensions import override

from app.core.settings import BadSetting, settings
from app.web.serving.security import request_id

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

CARRIERS = (b"traceparent", b"tracestate")
FAULT = 500


class Traced(ASGIMiddleware):
    """Puts each request into a span, which continues the caller's trace."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        from opentelemetry import propagate, trace  # noqa: PLC0415  an extra: only who traces has it

        known: dict[str, Any] = dict(scope)
        carrier = {
            name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in CARRIERS
        }
        facts = {
            "http.request.method": str(known["method"]),
            "http.route": str(known.get("path_template", "none")),
            "crm.request_id": request_id(scope),
        }
        name = f"{facts['http.request.method']} {facts['http.route']}"
        parent = propagate.extract(carrier)
        with self._tracer.start_as_current_span(
            name, parent, trace.SpanKind.SERVER, facts, record_exception=False
        ) as span:

            async def watched(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= FAULT:
                        span.set_status(trace.StatusCode.ERROR)
                await send(message)

            await next_app(scope, receive, watched)


def middleware() -> list[Traced]:
    """Return the tracing middleware where traces are wanted; raises BadSetting when the extra is not installed."""
    endpoint = settings().traces_url
    if endpoint is None:
        return []
    if find_spec("opentelemetry.sdk") is None:
        raise BadSetting("OTEL_EXPORTER_OTLP_ENDPOINT needs `pip install -r requirements/otel.txt`")
    return [Traced(_tracer(endpoint))]


def _tracer(endpoint: str) -> Tracer:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": "slyyfoxx-crm"}))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider.get_tracer("app.web")
