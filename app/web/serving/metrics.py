"""/metrics for Prometheus: what is owed and stuck, how long requests take, what became of captures; about nobody.

Mount: `middleware=[*security.middleware, *metrics.middleware]`, `before_send=[…, *metrics.before_send]`.
"""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request, Response, get
from litestar.datastructures import MutableScopeHeaders
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from typing_extensions import override

from app.core.errors import Unauthenticated
from app.core.settings import settings
from app.domain.figures import Figures, Flow, Owed
from app.services.figures import measure
from app.web.guards import PUBLIC

STARTED: Final = "crm_started"
TEXT: Final = "text/plain; version=0.0.4"  # Litestar adds the charset
CAPTURE: Final = "/v1/leads/capture"
CAPTURED: Final = {201: "created", 200: "merged"}
OUR_FAULT: Final = 500
REQUESTS: Final = Histogram(
    "crm_request_seconds",
    "Time to the first byte of an answer.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
CAPTURES: Final = Counter("crm_captures_total", "Captures by what became of them.", ["outcome"])


class Timed(ASGIMiddleware):
    """Remembers when a request began."""

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        state: dict[str, Any] = scope["state"]
        state[STARTED] = time.perf_counter()
        await next_app(scope, receive, send)


async def observe(message: Message, scope: Scope) -> None:
    """Count an answer by its route's template, never by its path: paths carry ids."""
    if message["type"] != "http.response.start" or STARTED not in scope["state"]:
        return
    state: dict[str, Any] = scope["state"]
    seconds = time.perf_counter() - state.pop(STARTED)
    known: dict[str, Any] = dict(scope)
    route, method = str(known.get("path_template", "none")), str(known.get("method", "none"))
    status = message["status"]
    REQUESTS.labels(method, route, str(status)).observe(seconds)
    if route == CAPTURE:
        replayed = "idempotent-replayed" in MutableScopeHeaders.from_message(message)
        CAPTURES.labels("replayed" if replayed else _outcome(status)).inc()


@get("/metrics", opt=PUBLIC, name="metrics")
async def show_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Answer with every figure to who has the token of CRM_METRICS_TOKEN; where none is set, to this machine alone."""
    _check_caller(request)
    registry = CollectorRegistry()
    registry.register(_Now(await measure()))
    return Response(generate_latest(registry) + generate_latest(_of_processes()), media_type=TEXT)


class _Now:
    """The figures of one moment, as Prometheus collects them."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterable[Metric]:
        owed, flow = self._figures.owed, self._figures.flow
        yield _many("crm_part_up", "1 while it answers.", "part",
                    {"postgresql": owed is not None, "redis": flow is not None})  # fmt: skip
        if owed is not None:
            yield from _of_owed(owed)
            yield _many("crm_sink_waiting", "Events a sink does not have yet.", "sink", self._figures.waiting)
            paused = {name: name in self._figures.paused for name in self._figures.waiting}
            yield _many("crm_sink_paused", "1 while a sink is paused.", "sink", paused)
        if flow is not None:
            yield from _of_flow(flow)


def _of_owed(it: Owed) -> Iterable[Metric]:
    yield _one("crm_outbox_unsent", "Events that some sink does not have yet.", it.unsent)
    yield _one("crm_outbox_failing", "Of these, how many were tried in vain.", it.failing)
    yield _one("crm_outbox_stuck", "Of these, how many for more than an hour.", it.stuck)
    yield _one("crm_outbox_oldest_unsent_seconds", "Age of the oldest of them.", it.unsent_age)
    yield _one("crm_inbox_waiting", "Events of the SSO not applied yet.", it.waiting)
    yield _one("crm_inbox_oldest_waiting_seconds", "Age of the oldest of them.", it.waiting_age)
    yield _one("crm_inbox_dead", "Events of the SSO that could not be applied.", it.dead)
    yield _one("crm_scores_due", "Leads that wait for a score.", it.scores_due)
    yield _one("crm_scores_oldest_due_seconds", "How long the first of them has waited.", it.scores_age)
    yield _one(
        "crm_digests_failing", "Daily and weekly e-mails that were tried in vain so far.", it.digests_failing
    )
    yield _one("crm_sales", "Sales ever made.", it.sales)


def _of_flow(it: Flow) -> Iterable[Metric]:
    yield _one("crm_queue_jobs", "Wake-ups that wait for a worker.", it.jobs)
    yield _one("crm_queue_age_seconds", "Age of the oldest of them.", it.jobs_age)
    yield _one("crm_worker_up", "1 while a worker gives signs of life.", it.worker)
    lag = GaugeMetricFamily("crm_stream_lag", "Entries a group has not read.", labels=["stream", "group"])
    pending = GaugeMetricFamily(
        "crm_stream_pending", "Entries read and not acknowledged.", labels=["stream", "group"]
    )
    for group in it.groups:
        lag.add_metric([group.stream, group.group], group.lag)
        pending.add_metric([group.stream, group.group], group.pending)
    yield from (lag, pending)


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _many(name: str, words: str, label: str, values: dict[str, Any]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], float(value))
    return family


def _of_processes() -> CollectorRegistry:
    """Return what requests were counted, over all web processes where there are several (`crm serve`)."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return registry


def _outcome(status: int) -> str:
    if status in CAPTURED:
        return CAPTURED[status]
    return "refused" if status < OUR_FAULT else "failed"


def _check_caller(request: Request[Any, Any, Any]) -> None:
    wanted = settings().metrics_token
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    known = _is_at_home(request) if wanted is None else hmac.compare_digest(given.encode(), wanted.encode())
    if not known:
        raise Unauthenticated("This takes the token of CRM_METRICS_TOKEN")


def _is_at_home(request: Request[Any, Any, Any]) -> bool:
    """Say whether only this machine can be asking: behind a proxy everybody seems to call from it."""
    here, client = settings(), request.client
    if here.sandbox:
        return True
    return (
        client is not None and _is_loopback(client.host) and _is_loopback(urlsplit(here.public_url).hostname)
    )


def _is_loopback(host: str | None) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host or "")
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


middleware: Final = [Timed()]
before_send: Final = [observe]
routes: Final = [show_metrics]
