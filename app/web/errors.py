"""The one translator of errors: problem+json for machines, a toast for htmx, a page for people.

Mount: `Litestar(exception_handlers=exception_handlers)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast
from urllib.parse import parse_qsl, quote, urlencode

from jinja2 import TemplateError
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException
from markupsafe import escape

from app.core import errors
from app.core.errors import BadCursor, CrmError, Invalid, Moved, Problem, Unauthenticated
from app.core.log import logger, told
from app.store.failures import known_failure
from app.web.respond import is_partial, reader, redirect
from app.web.serving.origin import page_of
from app.web.serving.refusals import note_refusal
from app.web.serving.security import named_in_logs, request_id
from app.web.templating import NOTHING, render

Asking = Request[Any, Any, Any]

PROBLEM: Final = "application/problem+json"
INTERNAL: Final = 500
NOTHING_LOST: Final = ("/logout", "/logout/others")
FALLBACK: Final = "<!doctype html><html lang='en'><title>{title}</title><h1>{title}</h1><p>{detail}</p>"

log = logger("errors")

presenters: dict[str, Callable[[Any], Any]] = {}
"""How an error's extra values are written in JSON, by their name: app/api adds its own (`lead`)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An error as it is told, whoever it is told to."""

    status: int
    code: str
    title: str
    detail: str
    problems: list[Problem] = field(default_factory=list[Problem])
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    headers: dict[str, str] = field(default_factory=dict[str, str])


def translate(request: Asking, error: Exception) -> Response[Any]:
    """Turn any error into an answer that explains it, and never into a traceback."""
    if isinstance(error, Moved):
        return _elsewhere(request, error)
    if isinstance(error, BadCursor) and "cursor" in request.query_params and _is_page(request):
        return _from_the_start(request)
    answer = describe(error)
    with named_in_logs(request.scope):  # What middleware raises comes here from outside of NamedInLogs.
        _log(request, error, answer)
    if _wants_json(request):
        return _problem_json(request, answer)
    if request.headers.get("hx-request") == "true":
        return _toast(request, answer)
    if answer.status == Unauthenticated.status and _is_navigation(request):
        return Response("", media_type=MediaType.HTML, status_code=303, headers={"Location": _login(request)})
    return _page(request, answer, "errors/page.html.jinja2", {})


def _elsewhere(request: Asking, error: Moved) -> Response[Any]:
    """Send the same request, whatever its method, to the record that this one was merged into."""
    old, new = str(error.from_id), str(error.to_id)
    path = "/".join(new if part.lower() == old else part for part in request.scope["path"].split("/"))
    if path == request.scope["path"]:
        return translate(request, errors.NotFound())
    query = request.scope["query_string"].decode("ascii", "ignore")
    location = quote(path, safe="/") + (f"?{query}" if query else "")
    return Response(
        "",
        media_type=MediaType.TEXT,
        status_code=error.status,
        headers={"Location": location, "Cache-Control": "no-store"},
    )


def _from_the_start(request: Asking) -> Response[Any]:
    """Show a list from its beginning, under the same filter, and say so."""
    query = request.scope["query_string"].decode("ascii", "ignore")
    kept = urlencode(
        [each for each in parse_qsl(query, keep_blank_values=True) if each[0] not in {"cursor", "after"}]
    )
    path = quote(request.scope["path"], safe="/") + (f"?{kept}" if kept else "")
    return redirect(request, path, "That page of the list is no longer there. This is its beginning.")


def describe(error: Exception) -> Answer:
    """Return what an error says to the outside; anything unknown says nothing but that it happened."""
    known = _known(error)
    if known is not None:
        return _of_crm_error(known)
    if isinstance(error, HTTPException) and error.status_code < INTERNAL:
        return _of_http_error(error)
    return Answer(INTERNAL, "error", CrmError.title, "It was noted under this request id; please try again.")


def _known(error: Exception) -> CrmError | None:
    if isinstance(error, CrmError):
        return error
    if isinstance(error, ValidationException):
        return Invalid(_problems(error))
    if isinstance(error, UnicodeDecodeError | RecursionError):
        return errors.Malformed("The request is not readable UTF-8 text of reasonable depth")
    return known_failure(error)


def _of_crm_error(error: CrmError) -> Answer:
    headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if error.status == Unauthenticated.status:
        headers["WWW-Authenticate"] = "Bearer"
    return Answer(
        status=error.status,
        code=error.code,
        title=error.title,
        detail=error.detail,
        problems=error.problems if isinstance(error, Invalid) else [],
        extra=getattr(error, "extra", {}),
        headers=headers,
    )


def _of_http_error(error: HTTPException) -> Answer:
    """Say what the framework found wrong in our words, where we have some for the status."""
    kinds = (errors.Malformed, Unauthenticated, errors.Forbidden, errors.NotFound, errors.TooLarge)
    kind = next((kind for kind in kinds if kind.status == error.status_code), None)
    if kind is not None:
        return _of_crm_error(kind())
    allowed = {name.lower(): value for name, value in (error.headers or {}).items()}.get("allow", "")
    kept = {"Allow": re.sub(r"\bGET\b", "GET, HEAD", allowed)} if allowed else {}
    return Answer(error.status_code, "refused", error.detail, error.detail, headers=kept)


def _problems(error: ValidationException) -> list[Problem]:
    """Read Litestar's list of what is wrong with a body, query or path."""
    found: list[Problem] = []
    told: Any = error.extra
    items = cast("list[Any]", told) if isinstance(told, list) else []
    for item in items:
        key, source = str(item.get("key") or ""), item.get("source") or "body"
        source = str(getattr(source, "value", source))
        pointer = "#/" + key.replace(".", "/") if source == "body" else f"#{source}/{key}"
        found.append(Problem(pointer, str(item.get("message", "is not right"))))
    return found or [Problem("#/", error.detail)]


def _log(request: Asking, error: Exception, answer: Answer) -> None:
    """Write at most one line: what failed, what our checks let through, or who was refused."""
    if answer.status >= INTERNAL:
        log.error("request_failed", status=answer.status, **told(error))
    elif answer.code != errors.Unstorable.code:
        note_refusal(request, error, answer.status, answer.code)
    else:  # The name of a constraint tells nothing of anybody.
        constraint = getattr(error.__cause__ or error, "constraint_name", None)
        log.warning("request_unstorable", constraint=constraint, status=answer.status, **told(error))


def _wants_json(request: Asking) -> bool:
    path = request.scope["path"]
    return path == "/v1" or path.startswith(("/v1/", "/auth/backchannel-logout", "/health", "/metrics"))


def _is_page(request: Asking) -> bool:
    """True where a browser asks for a whole page."""
    return request.method == "GET" and not _wants_json(request) and not is_partial(request)


def _is_navigation(request: Asking) -> bool:
    accepts = request.headers.get("accept", "*/*")
    return "authorization" not in request.headers and ("text/html" in accepts or "*/*" in accepts)


def _login(request: Asking) -> str:
    """Return the way to sign in and come back; from a write, or a part of a page, to the page that asked for it."""
    asked_by = request.headers.get("hx-current-url")
    if request.method != "GET" or asked_by:
        wanted = page_of(request, asked_by or request.headers.get("referer", ""))
    else:
        query = request.scope["query_string"].decode("ascii", "ignore")
        wanted = quote(request.scope["path"], safe="/") + (f"?{query}" if query else "")
    query = {"next": wanted} if wanted != "/" else {}
    if request.method != "GET" and not asked_by and request.scope["path"] not in NOTHING_LOST:
        query["unsent"] = "1"
    return f"/login?{urlencode(query)}" if query else "/login"


def _problem_json(request: Asking, answer: Answer) -> Response[Any]:
    body: dict[str, Any] = {
        "type": f"/problems/{answer.code}",
        "title": answer.title,
        "status": answer.status,
        "detail": answer.detail,
        "instance": request_id(request.scope),
    }
    if answer.problems:
        body["errors"] = [{"pointer": p.pointer, "detail": p.detail} for p in answer.problems]
    for name, value in answer.extra.items():
        body[name] = presenters.get(name, _as_is)(value)
    return Response(body, media_type=PROBLEM, status_code=answer.status, headers=answer.headers)


def _as_is(value: Any) -> Any:
    return value


def _toast(request: Asking, answer: Answer) -> Response[Any]:
    """Put the message beside the page, not into it: what the person typed stays."""
    beside = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "X-Problem": answer.code}
    return _page(request, answer, "errors/toast.html.jinja2", beside)


def _page(request: Asking, answer: Answer, template: str, headers: dict[str, str]) -> Response[Any]:
    shown = {"status": answer.status, "title": answer.title, "detail": answer.detail}
    back = (
        page_of(request, request.headers.get("referer", "")) if answer.code == errors.StalePage.code else ""
    )
    alone = replace(reader(request), said=NOTHING)  # What was done before waits for a page that is one.
    login = _login(request) if answer.status == Unauthenticated.status else ""
    try:
        html = render(template, alone, **shown, request_id=request_id(request.scope), login=login, back=back)
    except (TemplateError, LookupError, AttributeError):
        log.exception("error_page_failed", template=template)
        html = FALLBACK.format(title=escape(answer.title), detail=escape(answer.detail))
    headers = {**answer.headers, **headers, "Vary": "HX-Request, HX-Request-Type"}
    return Response(html, media_type=MediaType.HTML, status_code=answer.status, headers=headers)


exception_handlers: Final = {Exception: translate}
