"""An admin shares a view of the board: everybody has it, nobody else changes it, and it names nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from app.core.errors import Conflict, Forbidden, NotFound
from app.domain.board import BoardFilter
from app.services import erasure
from app.services.board import read_board
from app.services.saved_views import delete_view, save_view, share_view
from app.store.transaction import connection, transaction
from tests import make

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.viewer import Viewer
    from tests.cast import Cast

pytestmark = pytest.mark.usefixtures("pool")


async def views(who: Viewer) -> list[tuple[str, bool, str | None]]:
    found = (await read_board(who, BoardFilter())).around.views
    return [(view.name, view.shared, view.by) for view in found]


@pytest.fixture
async def shared(owner: asyncpg.Connection, cast: Cast) -> UUID:
    """A view that ada shares, beside one of hers and one of rita's."""
    await save_view(cast.ada, "Big", "min=10000")
    await save_view(cast.ada, "Private", "score=cold")
    await save_view(cast.rita, "Zebra", "score=warm")
    view = await owner.fetchval("SELECT id FROM saved_view WHERE name = 'Big'")
    assert view
    assert (await share_view(cast.ada, view, shared=True)).query == "min=10000"
    return view


async def test_everybody_has_a_shared_view_after_their_own_until_it_is_not(cast: Cast, shared: UUID) -> None:
    assert await views(cast.ada) == [("Big", True, None), ("Private", False, None)]
    assert await views(cast.rita) == [("Zebra", False, None), ("Big", True, cast.ada.name)]
    assert await views(cast.omar) == [("Big", True, cast.ada.name)]
    for _ in range(2):
        await share_view(cast.ada, shared, shared=False)
    assert await views(cast.omar) == []
    assert await views(cast.ada) == [("Big", False, None), ("Private", False, None)]


async def test_nobody_but_its_admin_changes_it(owner: asyncpg.Connection, cast: Cast, shared: UUID) -> None:
    hers = await owner.fetchval("SELECT id FROM saved_view WHERE name = 'Zebra'")
    for who, view in ((cast.rita, hers), (cast.rita, shared), (cast.sam, shared)):
        with pytest.raises(Forbidden):
            await share_view(who, view, shared=True)
    with pytest.raises(NotFound):
        await share_view(cast.ada, hers, shared=True)
    with pytest.raises(NotFound):
        await delete_view(cast.rita, shared)
    await save_view(cast.rita, "Big", "min=5")
    await save_view(cast.rita, "Big", "min=6", replace=True)
    assert await owner.fetchval("SELECT query FROM saved_view WHERE id = $1", shared) == "min=10000"
    await delete_view(cast.ada, shared)
    assert await views(cast.omar) == []


async def test_the_policies_hold_it_too(owner: asyncpg.Connection, cast: Cast, shared: UUID) -> None:
    async with transaction(cast.rita):
        assert await connection().fetchval("SELECT count(*) FROM saved_view") == 2
        for change in ("UPDATE saved_view SET query = 'min=1'", "DELETE FROM saved_view"):
            assert (await connection().execute(f"{change} WHERE id = $1", shared)).endswith(" 0")
    for who in (cast.rita, cast.sam):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with transaction(who):
                await connection().execute(
                    "INSERT INTO saved_view (id, owner_id, name, query, created_at, shared)"
                    " VALUES (gen_random_uuid(), $1, 'Mine', 'min=1', now(), true)",
                    who.id,
                )
    async with transaction(cast.ada):
        names = await connection().fetch("SELECT name FROM saved_view")
    assert {row["name"] for row in names} == {"Big", "Private"}


async def test_an_admin_clears_what_one_who_left_has_shared(
    owner: asyncpg.Connection, cast: Cast, shared: UUID
) -> None:
    await owner.execute("UPDATE saved_view SET owner_id = $1 WHERE id = $2", cast.sam.id, shared)
    with pytest.raises(NotFound):
        await share_view(cast.ada, shared, shared=False)
    assert ("Big", True, cast.sam.name) in await views(cast.ada)
    await delete_view(cast.ada, shared)
    assert await views(cast.rita) == [("Zebra", False, None)]


async def test_what_searches_for_somebody_is_not_for_everybody(
    owner: asyncpg.Connection, cast: Cast, shared: UUID
) -> None:
    await save_view(cast.ada, "Grace", "due=late&q=Grace")
    view = await owner.fetchval("SELECT id FROM saved_view WHERE name = 'Grace'")
    with pytest.raises(Conflict):
        await share_view(cast.ada, view, shared=True)
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("UPDATE saved_view SET shared = true WHERE id = $1", view)
    await save_view(cast.ada, "Big", "min=7", replace=True)
    assert ("Big", True, cast.ada.name) in await views(cast.omar)
    await save_view(cast.ada, "Big", "min=7&q=Grace", replace=True)
    assert await views(cast.omar) == []


async def test_an_erased_persons_words_leave_everybodys_views(
    owner: asyncpg.Connection, cast: Cast, shared: UUID
) -> None:
    person = await make.customer(owner, email="grace@navy.example")
    await owner.execute("UPDATE saved_view SET name = 'As grace@navy.example' WHERE id = $1", shared)
    await erasure.confirm_erasure(cast.ada, await make.erasure(owner, person, cast.sam))
    assert await views(cast.omar) == []


async def test_the_audit_says_who_shared_a_view_and_who_took_it_back(
    owner: asyncpg.Connection, cast: Cast, shared: UUID
) -> None:
    await share_view(cast.ada, shared, shared=True)
    await delete_view(cast.ada, shared)
    acts = await owner.fetch("SELECT event, who FROM audit_event WHERE event LIKE 'view%' ORDER BY at, id")
    assert [tuple(row) for row in acts] == [(f"view_{act}", cast.ada.id) for act in ("shared", "unshared")]
