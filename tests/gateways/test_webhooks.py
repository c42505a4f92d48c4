"""The webhook as its receiver sees it: signed by the standard, never redirected, and only a 2xx counts."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, cast

import pytest
from standardwebhooks.webhooks import Webhook
from typing_extensions import override

from app.core.clock import now
from app.core.settings import BadSetting, load
from app.gateways.addresses import is_public
from app.gateways.event_bus import Undelivered
from app.gateways.sinks import close_sinks, open_sinks
from app.gateways.webhooks import WebhookSink
from tests.gateways.test_event_bus import an_event

if TYPE_CHECKING:
    from collections.abc import Generator

OLD, NEW = "whsec_b2xkIHNlY3JldCBvZiB0aGUgdGVzdHM=", "whsec_bmV3IHNlY3JldCBvZiB0aGUgdGVzdHM="


class Receiver(ThreadingHTTPServer):
    """Answers `status` and keeps what came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 204
        self.headers: dict[str, str] = {}
        self.hangs = False
        self.released = Event()
        self.came: list[tuple[dict[str, str], bytes]] = []
        self.url = f"http://127.0.0.1:{self.server_port}/events"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver = cast("Receiver", self.server)
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.came.append((headers, self.rfile.read(int(headers["content-length"]))))
        if receiver.hangs:
            receiver.released.wait()
        self.send_response(receiver.status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        if receiver.status == 302:
            self.send_header("Location", f"{receiver.url}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Generator[Receiver]:
    server = Receiver()
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("secret", [OLD, NEW])
async def test_a_receiver_with_either_secret_accepts_the_call(receiver: Receiver, secret: str) -> None:
    sink, event = WebhookSink(receiver.url, (OLD, NEW), private=True), an_event()
    assert await sink.publish(event) == "204 No Content"
    ((headers, body),) = receiver.came
    assert Webhook(secret).verify(body, headers)["id"] == str(event.id) == headers["webhook-id"]
    assert headers["content-type"] == "application/cloudevents+json"
    await sink.close()


@pytest.mark.parametrize("status", [302, 400, 410, 429, 500, 503])
async def test_anything_but_success_is_a_failure_and_no_redirect_is_followed(
    receiver: Receiver, status: int
) -> None:
    sink, receiver.status = WebhookSink(receiver.url, (OLD,), private=True), status
    with pytest.raises(Undelivered, match=str(status)):
        await sink.publish(an_event())
    assert len(receiver.came) == 1
    await sink.close()


async def test_a_receiver_that_is_away_is_a_failure() -> None:
    sink = WebhookSink("http://127.0.0.1:1/", (OLD,), private=True)
    with pytest.raises(Undelivered, match="ConnectError"):
        await sink.publish(an_event())
    await sink.close()


async def test_the_settings_decide_which_sinks_there_are(receiver: Receiver) -> None:
    env = {"REDIS_URL": "redis://127.0.0.1:1/0", "HANDOFF_WEBHOOK_PRIVATE": "1"}
    assert set(open_sinks(load(env))) == {"stream"}
    with pytest.raises(BadSetting, match="HANDOFF_WEBHOOK_SECRET"):
        open_sinks(load({**env, "HANDOFF_WEBHOOK_URL": receiver.url}))
    sinks = open_sinks(load({**env, "HANDOFF_WEBHOOK_URL": receiver.url, "HANDOFF_WEBHOOK_SECRET": OLD}))
    await sinks["webhook"].publish(an_event())
    assert json.loads(receiver.came[0][1])["type"] == "SaleClosedWonV1"
    await close_sinks(sinks)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("30", 30.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("9999999999", 86400.0),
        ("9" * 5000, 86400.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86400.0),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", 0.0),
        ("Mon, 01 Jan 2029 00:00:00 +99999999999999999999", 0.0),
    ],
)
async def test_how_long_a_receiver_wants_us_to_wait_is_heard(
    receiver: Receiver, said: str, wanted: float
) -> None:
    sink, receiver.status, receiver.headers = fussy(receiver), 429, {"Retry-After": said}
    with pytest.raises(Undelivered) as refused:
        await sink.publish(an_event())
    assert (refused.value.retry_after, refused.value.gone) == (wanted, False)
    await sink.close()


async def test_a_date_says_it_too(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    today = now().replace(microsecond=0)
    monkeypatch.setattr("app.gateways.webhooks.now", lambda: today)
    then = format_datetime(today + timedelta(seconds=90), usegmt=True)
    sink, receiver.status, receiver.headers = fussy(receiver), 503, {"Retry-After": then}
    with pytest.raises(Undelivered) as refused:
        await sink.publish(an_event())
    assert refused.value.retry_after == 90
    await sink.close()


async def test_gone_means_no_more_events_at_all(receiver: Receiver) -> None:
    sink, receiver.status = fussy(receiver), 410
    with pytest.raises(Undelivered) as refused:
        await sink.publish(an_event())
    assert refused.value.gone
    await sink.close()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "10.1.2.3", "[::1]", "169.254.169.254", "0.0.0.0"]
)
async def test_our_own_network_is_never_posted_to_unless_that_is_allowed(
    receiver: Receiver, host: str
) -> None:
    sink = WebhookSink(receiver.url.replace("127.0.0.1", host), (OLD,))
    with pytest.raises(Undelivered, match="private address"):
        await sink.publish(an_event())
    assert receiver.came == []
    await sink.close()


@pytest.mark.parametrize(
    "address", ["::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "fe80::1", "224.0.0.1", "::"]
)
def test_an_address_that_hides_a_private_one_is_private(address: str) -> None:
    assert not is_public(ip_address(address))


async def test_a_receiver_that_never_answers_is_left_in_time(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.gateways.webhooks.SECONDS", 0.2)
    sink, receiver.hangs = fussy(receiver), True
    with pytest.raises(Undelivered, match="no answer"):
        await sink.publish(an_event())
    await sink.close()


def fussy(receiver: Receiver) -> WebhookSink:
    return WebhookSink(receiver.url, (OLD,), private=True)
