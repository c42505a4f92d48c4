"""Reads what a form or a query string carries; the last value of a repeated field counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from litestar.exceptions import ClientException, SerializationException

from app.core.errors import Malformed

if TYPE_CHECKING:
    from litestar import Request
    from litestar.datastructures import State

NUL = "\x00"


async def fields_of(request: Request[Any, Any, State]) -> dict[str, str]:
    """Return the text fields of a submitted form."""
    try:
        form = await request.form()
    except (ClientException, ValueError) as error:
        raise Malformed("The form cannot be read") from error
    return {name: value for name, value in form.items() if isinstance(value, str) and NUL not in value}


def query_of(request: Request[Any, Any, State]) -> dict[str, str]:
    """Return the parameters of the address."""
    return {str(name): str(value) for name, value in request.query_params.items()}


async def json_of(request: Request[Any, Any, State]) -> dict[str, Any]:
    """Return the JSON object of the body."""
    try:
        body = await request.json()
    except (SerializationException, UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body is not JSON") from error
    if not isinstance(body, dict):
        raise Malformed("The body must be a JSON object")
    return cast("dict[str, Any]", body)
