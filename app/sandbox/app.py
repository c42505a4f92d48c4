"""The CRM's neighbours in the sandbox, as one application: SSO, CMS, Workflow Orchestrator and mailbox."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import httpx
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, MediaType, Request, Response, get
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template
from litestar.template import TemplateConfig
from redis.asyncio import Redis

from app.core.errors import CrmError, Unauthenticated
from app.core.log import configure
from app.core.settings import BadSetting, Settings, settings
from app.sandbox.background import Loop, running
from app.sandbox.cms import cms_router
from app.sandbox.cms_delivery import Courier
from app.sandbox.mailbox import Mailbox, mail_router, receiving
from app.sandbox.onboarding import Onboarding
from app.sandbox.orchestrator import orchestrator_router
from app.sandbox.sso.provider import Provider
from app.sandbox.sso.routes import sso_router

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from litestar.datastructures import State

PAGES: Final = Path(__file__).with_name("pages")
LARGEST_BODY: Final = 64 * 1024
CONTENT_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)


def create_app(config: Settings | None = None) -> Litestar:
    """Build the neighbours; raises BadSetting anywhere but in the sandbox."""
    config = config or settings()
    if not config.sandbox:
        raise BadSetting("The sandbox neighbours run only with CRM_SANDBOX=1, as `crm up` sets it")
    if not config.redis_url:
        raise BadSetting("REDIS_URL must be set for the sandbox neighbours")
    configure()
    redis = _redis(config.redis_url)
    http = httpx.AsyncClient(timeout=10)
    provider = Provider(config, redis)
    courier = Courier(config, provider.issuer, http)
    onboarding = Onboarding(config.home / "sandbox-orchestrator.json", redis)
    consumer = Loop("orchestrator", onboarding.step)
    mailbox = Mailbox(config.home / "sandbox-mail.json")
    loops = [Loop("sso", provider.announcer.step), Loop("cms", courier.step), consumer]

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncGenerator[None]:
        async with AsyncExitStack() as going_on:
            await going_on.enter_async_context(running(loops))
            if config.smtp is not None:
                await going_on.enter_async_context(receiving(mailbox, config.smtp.port))
            yield
        await http.aclose()
        await redis.aclose()

    routers = [sso_router(provider), cms_router(courier), orchestrator_router(onboarding, consumer)]
    routers.append(mail_router(mailbox))
    return Litestar(
        [show_index, show_style, is_alive, *routers],
        lifespan=[lifespan],
        template_config=_templates(config),
        exception_handlers={CrmError: refuse},
        request_max_body_size=LARGEST_BODY,
        response_headers=_headers(config),
        openapi_config=None,
        logging_config=None,
    )


@get("/", sync_to_thread=False)
def show_index() -> Template:
    """Show where each neighbour is."""
    return Template("index.html.jinja2", context={})


@get("/sandbox.css", media_type=MediaType.CSS, sync_to_thread=False)
def show_style() -> str:
    """Answer the pages' style sheet."""
    return (PAGES / "sandbox.css").read_text(encoding="utf-8")


@get("/health/live", sync_to_thread=False)
def is_alive() -> dict[str, str]:
    """Answer that the process serves."""
    return {"status": "ok"}


def refuse(request: Request[Any, Any, State], error: CrmError) -> Response[Any]:
    """Answer an expected error: a page for a browser, JSON for a program."""
    if "text/html" in request.headers.get("accept", ""):
        context = {"title": error.title, "detail": error.detail}
        return Template("refused.html.jinja2", context=context, status_code=error.status)
    body = {"error": error.code, "detail": error.detail}
    headers = {"WWW-Authenticate": "Bearer"} if error.status == Unauthenticated.status else {}
    return Response(body, status_code=error.status, headers=headers)


def _redis(url: str) -> Redis:
    # Somebody else's broken bytes become an unreadable event, not the consumer's end.
    return Redis.from_url(url, decode_responses=True, encoding_errors="replace")  # pyright: ignore[reportUnknownMemberType]


def _templates(config: Settings) -> TemplateConfig[JinjaTemplateEngine]:
    environment = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)
    cast("dict[str, object]", environment.globals)["crm"] = config.public_url
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment))


def _headers(config: Settings) -> dict[str, str]:
    # The login form is answered by a redirect to the CRM, which form-action must allow too.
    forms = f"form-action 'self' {config.public_url}"
    return {
        "Content-Security-Policy": f"{CONTENT_POLICY}; {forms}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
