"""One request, one effect: do the work, or give the first answer again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from app.core.errors import Conflict
from app.domain.idempotency import Outcome
from app.store import idempotency
from app.store.transaction import transaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from app.domain.idempotency import Key
    from app.domain.viewer import Viewer

T = TypeVar("T")


async def once(
    viewer: Viewer, key: Key | None, work: Callable[[], Awaitable[T]], kind: type[T]
) -> Outcome[T]:
    """Run `work`, which remembers its answer under `key` in its own transaction.

    The work goes first: a fresh request then costs nothing extra. When it finds the key answered, or no longer
    fits the state that its first run made, the first answer is given again. Raises KeyReused for another body.
    """
    try:
        return Outcome(await work())
    except Conflict:
        if key is None:
            raise
        async with transaction(viewer):
            answer = await idempotency.find_answer(viewer, key, kind)
        if answer is None:
            raise
        return Outcome(answer, replayed=True)
