"""Pages for admins; `index` leads to all of them. A new area adds its routes here and its line there."""

from typing import Any, Final

from app.web.admin import (
    audit,
    captures,
    clients,
    duplicates,
    events,
    goals,
    imports,
    inbox,
    index,
    limits,
    reassign,
    rules,
    scoring,
    staff,
)

routes: Final[list[Any]] = [
    *audit.routes,
    *events.routes,
    *index.routes,
    *inbox.routes,
    *reassign.routes,
    *staff.routes,
    *captures.routes,
    *clients.routes,
    *duplicates.routes,
    *goals.routes,
    *imports.routes,
    *limits.routes,
    *rules.routes,
    *scoring.routes,
]
