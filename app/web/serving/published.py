"""What we publish for everybody who builds against us: the API, the events, and a page to read them on."""

from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.params import Parameter

from app.contracts.openapi import openapi
from app.contracts.published import DATA_SCHEMAS, asyncapi, data_schema
from app.core.errors import NotFound
from app.core.settings import settings
from app.web.guards import PUBLIC
from app.web.respond import page


@get("/openapi.json", opt=PUBLIC, name="openapi")
async def show_openapi() -> dict[str, Any]:
    """Say what /v1 takes and answers."""
    return openapi(settings().public_url)


@get("/asyncapi.json", opt=PUBLIC, name="asyncapi")
async def show_asyncapi() -> dict[str, Any]:
    """Say which events we send and read."""
    return asyncapi(settings().public_url)


@get("/schemas/{file:str}", opt=PUBLIC, name="schema")
async def show_schema(file: Annotated[str, Parameter(max_length=100)]) -> Response[dict[str, Any]]:
    """Give the JSON Schema that an event's `dataschema` names."""
    event_type = file.removesuffix(".json")
    if event_type == file or event_type not in DATA_SCHEMAS:
        raise NotFound
    schema = data_schema(event_type, settings().public_url)
    return Response(schema, media_type="application/schema+json")


@get("/docs", opt=PUBLIC, name="docs")
async def show_docs(request: Request[Any, Any, Any]) -> Response[str]:
    """Show the API to try out; everything the page needs comes from here."""
    return page(request, "docs/page.html.jinja2", events=sorted(DATA_SCHEMAS))


routes: Final = [show_openapi, show_asyncapi, show_schema, show_docs]
