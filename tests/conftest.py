"""The harness: one PostgreSQL and Valkey a run, a fresh database a test, one event loop for both sides."""

from __future__ import annotations

import asyncio
import gc
import os
import tempfile
from contextlib import AsyncExitStack, ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import redis.asyncio as redis_client
from httpx import ASGITransport
from httpx import AsyncClient as Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from app.core.log import configure
from app.core.settings import Settings, settings
from app.gateways import event_bus, flow, queue, rate_limit, stream_erasure
from app.gateways.sso.company import sso as company_sso
from app.services import audit, handoff, health, import_leads, reconcile, scoring
from app.services.tokens import forget_known
from app.store.engine import engine
from app.store.transaction import close_pool, open_pool
from app.web.guards import CSRF_HEADER, SESSION_COOKIE, csrf_token
from tests.cast import hire
from tests.database import Place, place_of, prepare
from tests.fakes import AUDIENCE, CLIENT, CLIENT_SECRET, FakeSso
from tests.memory import temporary_files_in_memory
from tests.together import Together
from tests.wait import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from litestar import Litestar
    from xdist.remote import Producer

    from tests.cast import Cast

POOL_SIZE = 4
SEE_OTHER = 303
PUBLIC_URL = "https://crm.example"
METRICS_TOKEN = "the token of the tests"
WEBHOOK_SECRET = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM="
# How long the app waits for its neighbours, and works at a stretch before it leaves the rest to the next run.
HASTE = (
    (audit, "PATIENCE"),
    (event_bus, "TIMEOUT"),
    (flow, "PATIENCE"),
    (handoff, "RUN_SECONDS"),
    (health, "PATIENCE_SECONDS"),
    (import_leads, "PATIENCE"),
    (queue, "PATIENCE"),
    (rate_limit, "PATIENCE"),
    (reconcile, "WORKS_FOR"),
    (scoring, "PATIENCE"),
    (stream_erasure, "TIMEOUT"),
)
# What Hypothesis makes up may take its time, too.
hypothesis_settings.register_profile("crm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("crm")
SERVERS = pytest.StashKey[ExitStack]()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the servers before any worker of xdist exists; workers only read the announcement."""
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    from app.sandbox.servers import start_servers  # noqa: PLC0415  a worker never needs it

    with ExitStack() as stack:
        stack.enter_context(temporary_files_in_memory())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-test-")))
        home.chmod(0o755)
        # Nobody here speaks TLS, and each HTTP client would read the certificates of the whole world.
        os.environ.pop("SSL_CERT_FILE", None)
        os.environ["SSL_CERT_DIR"] = str(home)
        servers = start_servers(home, fast=True)
        stack.callback(servers.stop)
        asyncio.run(prepare(servers)).announce()
        session.config.stash[SERVERS] = stack.pop_all()


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is loaded by now: it would look through all of it in every other test."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop what this process started."""
    session.config.stash.get(SERVERS, ExitStack()).close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together:
    """Spread the tests over the workers, those with a system in common together."""
    return Together(config, log)


@pytest.fixture(scope="session")
def sso() -> Generator[FakeSso]:
    """The SSO that this worker's app is configured with."""
    fake = FakeSso()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def fresh_sso(sso: FakeSso) -> Generator[FakeSso]:
    """The SSO as the app meets it that asked it nothing yet; afterwards it is as it was, and forgotten again."""
    _forget_sso()
    yield sso
    sso.restore()
    _forget_sso()


def _forget_sso() -> None:
    settings.cache_clear()
    company_sso.cache_clear()
    forget_known()


@pytest.fixture(scope="session")
def place(sso: FakeSso, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """This worker's database and Redis number, with the environment that makes the app use them."""
    place = place_of(os.environ.get("PYTEST_XDIST_WORKER", "master"))
    os.environ |= {
        "CRM_HOME": str(tmp_path_factory.mktemp("home")),
        "CRM_PUBLIC_URL": PUBLIC_URL,
        "DATABASE_URL": place.app_url,
        "OWNER_DATABASE_URL": place.owner_url,
        "REDIS_URL": place.redis_url,
        "SSO_ISSUER": sso.issuer,
        "SSO_AUDIENCE": AUDIENCE,
        "SSO_CLIENT_ID": CLIENT,
        "SSO_CLIENT_SECRET": CLIENT_SECRET,
        "SSO_EVENTS_SECRET": WEBHOOK_SECRET,
        "CAPTURE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "CRM_METRICS_TOKEN": METRICS_TOKEN,
    }
    settings.cache_clear()
    return place


@pytest.fixture
async def database(place: Place) -> Place:
    """A database as the migrations leave it, used by nobody before."""
    await place.refresh()
    return place


@pytest.fixture
async def owner(database: Place) -> AsyncGenerator[asyncpg.Connection]:
    """A connection of the schema's owner, to arrange rows and to assert about them."""
    connection = await asyncpg.connect(database.owner_url)
    yield connection
    await connection.close()


@pytest.fixture
async def cast(owner: asyncpg.Connection) -> Cast:
    """rita, omar, sam and ada, known to the CRM, as they call a service."""
    return await hire(owner)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app as on a machine that is never busy: what it does in time there, it does not leave out here."""
    for module, name in HASTE:
        monkeypatch.setattr(module, name, PATIENCE)


@pytest.fixture
async def pool(database: Place, patient: None) -> AsyncGenerator[None]:
    """The application's own pool, in the test's event loop."""
    await open_pool(database.app_url, POOL_SIZE)
    yield
    await queue.close()
    if engine.pool is not None:
        await close_pool()


@pytest.fixture
async def redis(place: Place, patient: None) -> AsyncGenerator[redis_client.Redis]:
    """This worker's Redis, empty."""
    client = redis_client.from_url(place.redis_url, decode_responses=True)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
async def app(pool: None, redis: redis_client.Redis, cast: Cast) -> AsyncGenerator[Litestar]:
    """The real application, started; its life cycle opens the pool itself."""
    await close_pool()
    configure()
    built = _build(settings())
    stop = asyncio.Event()
    living = asyncio.create_task(_live(built, stop, started := asyncio.Event()))
    await asyncio.wait({living, asyncio.create_task(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
    if started.is_set():
        yield built
    stop.set()
    await living


@cache
def _build(_: Settings) -> Litestar:
    """Build the application once for each environment, as a process does; what it holds begins with its life cycle."""
    from app.main import create_app  # noqa: PLC0415  reads the environment that `place` sets

    return create_app()


async def _live(app: Litestar, stop: asyncio.Event, started: asyncio.Event) -> None:
    """Hold the life cycle in one task, as its cancel scopes demand: a fixture's two halves are two tasks."""
    async with app.lifespan():
        started.set()
        await stop.wait()


@pytest.fixture
async def client(app: Litestar) -> AsyncGenerator[Client]:
    """Nobody in particular, speaking HTTP to the application in this event loop."""
    async with browser_of(app) as client:
        yield client


def browser_of(app: Litestar) -> Client:
    """Return a client with cookies of its own."""
    served: Any = app  # Litestar types its scope more narrowly than httpx does
    return Client(transport=ASGITransport(served), base_url=PUBLIC_URL)


@pytest.fixture
def as_user(sso: FakeSso) -> Generator[Callable[..., dict[str, str]]]:
    """`as_user("rita")` are her bearer headers; "cms" is the CMS; keywords change single claims."""

    def headers(who: str, **changed: Any) -> dict[str, str]:
        return {"Authorization": f"Bearer {sso.token(who, **changed)}"}

    yield headers
    sso.restore()


@pytest.fixture
async def signed_in(app: Litestar, sso: FakeSso) -> AsyncGenerator[Callable[[str], Awaitable[Client]]]:
    """`await signed_in("rita")` is a client that has logged in by OIDC and holds her session cookie."""
    async with AsyncExitStack() as stack:

        async def sign_in(who: str) -> Client:
            client = await stack.enter_async_context(browser_of(app))
            sso.signed_in = who
            asked = await client.get("/login/start")
            async with Client() as elsewhere:
                consented = await elsewhere.get(asked.headers["location"])
            answered = await client.get(consented.headers["location"])
            assert answered.status_code == SEE_OTHER, answered.text
            client.headers[CSRF_HEADER] = csrf_token(client.cookies[SESSION_COOKIE])
            return client

        yield sign_in
    sso.restore()
