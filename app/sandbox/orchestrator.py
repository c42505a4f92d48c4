"""The Workflow Orchestrator's window: the onboarding projects it started."""

from typing import Any

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.response import Template

from app.sandbox.background import Loop
from app.sandbox.onboarding import Onboarding


def orchestrator_router(onboarding: Onboarding, consumer: Loop) -> Router:
    """Return the pages about `onboarding`, which `consumer` drives."""
    return Router(
        "/orchestrator",
        route_handlers=[show_projects, list_projects],
        dependencies={
            "onboarding": Provide(lambda: onboarding, sync_to_thread=False),
            "consumer": Provide(lambda: consumer, sync_to_thread=False),
        },
    )


@get("/", sync_to_thread=False)
def show_projects(onboarding: NamedDependency[Onboarding], consumer: NamedDependency[Loop]) -> Template:
    """Show the projects, newest first, and how the stream is doing."""
    context = {
        "projects": onboarding.projects[::-1],
        "repeats": onboarding.repeats,
        "unreadable": onboarding.unreadable,
        "trouble": consumer.trouble,
    }
    return Template("orchestrator.html.jinja2", context=context)


@get("/projects.json", sync_to_thread=False)
def list_projects(onboarding: NamedDependency[Onboarding], consumer: NamedDependency[Loop]) -> dict[str, Any]:
    """Answer the same as JSON."""
    return {
        "projects": onboarding.projects,
        "ignored_repeats": onboarding.repeats,
        "unreadable": onboarding.unreadable,
        "trouble": consumer.trouble,
    }
