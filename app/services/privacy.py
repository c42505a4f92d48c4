"""What is held about a person: found, and written into one file for them. Who had it made stands on their timeline."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING, Final, Self

import msgspec

from app.core import clock
from app.core.settings import settings
from app.domain.audit import Act
from app.domain.permissions import check_administer
from app.domain.person_file import FORMAT, encode
from app.domain.text import normalise_email
from app.domain.timeline import NewEntry
from app.store import audit, customer_list, customers, person_file, timeline
from app.store.transaction import reading, transaction

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from uuid import UUID

    from app.domain.customer import CustomerRow
    from app.domain.viewer import Viewer

MOST_FOUND: Final = 20
# So many bytes of a file are held in memory; the rest of it waits on the disk, without a name.
IN_MEMORY: Final = 2**20
PIECE: Final = 2**16


async def find_people(viewer: Viewer, q: str) -> tuple[CustomerRow, ...]:
    """Return who may be meant by a name or an address, also one they had before, the best first. Admins only."""
    check_administer(viewer)
    async with reading(viewer, much=True):
        found = await customer_list.find_customers(viewer, q=q, limit=MOST_FOUND, cursor=None)
        email = normalise_email(q)
        former = await person_file.find_former(viewer, email) if email else ()
    known = {row.id for row in former}
    return (*former, *(row for row in found.items if row.id not in known))


async def export_person(viewer: Viewer, customer_id: UUID) -> AsyncIterator[bytes]:
    """Return everything that is held about a customer as JSON, piece by piece (docs/person-file.md). Admins only.

    That it was asked for is written first, so that nothing leaves unrecorded; the rest is of one moment after that.
    Raises NotFound, and Moved for a customer who was merged into another.
    """
    check_administer(viewer)
    now = clock.now()
    async with transaction(viewer):
        await customers.lock_customer(viewer, customer_id)
        await audit.append(viewer, Act("customer_exported", str(customer_id)))
        await timeline.append(viewer, NewEntry(customer_id, "customer_exported", viewer.id, now))
    # Whoever downloads slowly must keep neither a snapshot nor a connection: it is all read before the first byte goes.
    with ExitStack() as unless_ready:
        file = unless_ready.enter_context(SpooledTemporaryFile(IN_MEMORY))
        async with reading(viewer, much=True):
            await person_file.open_snapshot(viewer)
            await _write(file, viewer, customer_id, now)
        unless_ready.pop_all()
    return _Pieces(file)


async def _write(file: IO[bytes], viewer: Viewer, customer_id: UUID, now: datetime) -> None:
    head = {"format": FORMAT, "made_at": now, "made_by": viewer.id, "customer": customer_id}
    file.write(msgspec.json.format(msgspec.json.encode(head), indent=2).removesuffix(b"\n}"))
    last, between = b"", b""
    async for name, record in person_file.read_person(viewer, customer_id, settings().currency):
        if record is None:
            file.write(last + b',\n\n"' + name.encode() + b'": [')
            last, between = b"]", b"\n"
        else:
            file.write(between + encode(record))
            last, between = b"\n]", b",\n"
    file.write(last + b"\n}\n")


class _Pieces:
    """Reads a file piece by piece and closes it, also when whoever downloads it breaks off."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        file.seek(0)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if piece := self._file.read(PIECE):
            return piece
        self._file.close()
        raise StopAsyncIteration

    def __del__(self) -> None:
        self._file.close()
