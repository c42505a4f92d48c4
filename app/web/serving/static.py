"""The built style sheet, scripts and icons: ready compressed, and kept by browsers for ever."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from litestar import Request, Response, Router, get

from app.core.errors import NotFound
from app.web.serving.packed import accepted
from app.web.templating import DIST

# A name carries the hash of its content, so what it names never changes.
FOR_EVER: Final = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
KINDS: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "json": "application/json",
}
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"), ("", ""))


@get("/{name:str}", name="static.show", sync_to_thread=False)
def show_file(request: Request[Any, Any, Any], name: str) -> Response[bytes]:
    """Answer with a built file in the best encoding the browser takes; raises NotFound for any other name."""
    kind = KINDS.get(name.rpartition(".")[2])
    if kind is None:
        raise NotFound
    takes = accepted(request.headers.get("accept-encoding", ""))
    for encoding, suffix in ENCODINGS:
        content = _read(name + suffix) if encoding in takes or not encoding else None
        if content is not None:
            headers = FOR_EVER | ({"Content-Encoding": encoding} if encoding else {})
            return Response(content, media_type=kind, headers=headers)
    raise NotFound


@cache
def _built() -> frozenset[str]:
    return frozenset(file.name for file in DIST.glob("*") if file.is_file())


def _read(name: str) -> bytes | None:
    """Return a file of the build; nothing outside it has a name here."""
    return _content(name) if name in _built() else None


@cache
def _content(name: str) -> bytes:
    return (DIST / name).read_bytes()


router: Final = Router("/static", route_handlers=[show_file])
