"""The published contracts of our events, for everybody who builds a consumer."""

from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.params import Parameter

from app.contracts.published import DATA_SCHEMAS, asyncapi, data_schema
from app.core.errors import NotFound
from app.core.settings import settings
from app.web.guards import PUBLIC


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


routes: Final = [show_asyncapi, show_schema]
