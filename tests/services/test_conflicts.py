"""Who waits for an address that somebody else has is in nobody's way."""

from __future__ import annotations

import asyncpg
import pytest

from app.services.identity_changes import settle_conflicts
from tests import make

pytestmark = pytest.mark.usefixtures("pool")
CONFLICTS = "SELECT email, email_conflict FROM customer WHERE sso_user_id IS NOT NULL ORDER BY sso_user_id"


async def test_only_who_can_have_their_address_is_locked(owner: asyncpg.Connection) -> None:
    await make.customer(owner, email="taken@x.example")
    for who, wanted in (("a", "free@x.example"), ("b", "taken@x.example")):
        await make.customer(owner, sso_user_id=who, email=f"{who}@x.example", email_conflict=wanted)
    async with owner.transaction():
        await owner.execute("SELECT FROM customer WHERE sso_user_id = 'b' FOR UPDATE")
        assert await settle_conflicts() == 1
    rows = [tuple(row) for row in await owner.fetch(CONFLICTS)]
    assert rows == [("free@x.example", None), ("b@x.example", "taken@x.example")]


async def test_nobody_is_locked_while_nobody_can_move(owner: asyncpg.Connection) -> None:
    await make.customer(owner, email="taken@x.example")
    stuck = await make.customer(owner, email_conflict="taken@x.example")
    async with owner.transaction():
        await owner.execute("SELECT FROM customer WHERE id = $1 FOR UPDATE", stuck)
        assert await settle_conflicts() == 0
