"""Whether an address is one of our own pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from app.core.settings import settings
from app.services.login import own_path

if TYPE_CHECKING:
    from litestar import Request


def is_ours(request: Request[Any, Any, Any], address: str) -> bool:
    """Say whether an address leads to this very site."""
    return _ours(request, address) is not None


def page_of(request: Request[Any, Any, Any], address: str) -> str:
    """Return the path and query of an address of ours, the home page for any other."""
    found = _ours(request, address)
    return own_path(found.path + (f"?{found.query}" if found.query else "")) if found else "/"


def _ours(request: Request[Any, Any, Any], address: str) -> SplitResult | None:
    try:
        found = urlsplit(address)
    except ValueError:  # such as a bracket that nobody closes
        return None
    # A proxy may call us by another name; browsers know the public one.
    ours = {request.headers.get("host"), urlsplit(settings().public_url).netloc}
    return found if found.netloc and found.netloc in ours else None
