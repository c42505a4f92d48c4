"""Answers of /v1: plain JSON, and the header that says an answer is given again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litestar import MediaType, Response

from app.contracts.operations import OPERATIONS
from app.core.errors import Invalid, Problem
from app.domain.idempotency import Key, Outcome

if TYPE_CHECKING:
    from litestar import Request

LONGEST_PAGE = 100
LONGEST_SEARCH = 200
QUERIES = {
    f"/v1{operation.path}": [query.name for query in operation.queries]
    for operation in OPERATIONS
    if operation.method == "GET"
}
"""What each list can be asked for, exactly as published."""


def answer(body: Any, *, status: int = 200, outcome: Outcome[Any] | None = None) -> Response[Any]:
    """Return JSON; a replayed outcome says so."""
    headers = {"Idempotent-Replayed": "true"} if outcome is not None and outcome.replayed else {}
    return Response(body, media_type=MediaType.JSON, status_code=status, headers=headers)


def key_of(request: Request[Any, Any, Any], client: str, body: bytes) -> Key | None:
    """Return the request's idempotency key; it binds method and path too. Raises Malformed for a bad one."""
    bound = f"{request.method} {request.scope['path']}\n".encode() + body
    return Key.of(client, request.headers.get("idempotency-key"), bound)


def check_query(request: Request[Any, Any, Any], limit: int, q: str = "") -> None:
    """Raise Invalid for a page or a search that is too long, and for what this list cannot be asked."""
    known = QUERIES[request.scope["path_template"]]
    problems = [
        Problem(f"#query/{name[:40]}", f"is not known here; known: {', '.join(known)}")
        for name in request.query_params
        if name not in known
    ]
    if not 1 <= limit <= LONGEST_PAGE:
        problems.append(Problem("#query/limit", f"must be from 1 to {LONGEST_PAGE}"))
    if len(q) > LONGEST_SEARCH:
        problems.append(Problem("#query/q", f"must be at most {LONGEST_SEARCH} characters"))
    problems += [
        Problem(f"#query/{name[:40]}", "must not contain control characters")
        for name, value in request.query_params.items()
        if "\x00" in value
    ]
    if problems:
        raise Invalid(problems)
