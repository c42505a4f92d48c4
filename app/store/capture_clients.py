"""Clients that send forms, their sealed secrets, and what each sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.domain.capture_client import CaptureClient, ClientTaken, Secret, Usage
from app.store.rows import changed
from app.store.transaction import connection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from app.domain.viewer import Viewer

# The newest submission comes once more, without an outcome: it is found however old it is, and not counted.
_USAGE = """
    SELECT asked.client, max(received_at) AS last_used_at,
        count(outcome) FILTER (WHERE received_at > $3::timestamptz - interval '1 hour') AS hour,
        count(outcome) FILTER (WHERE received_at > $3::timestamptz - interval '1 day') AS day,
        count(outcome) AS week,
        count(*) FILTER (WHERE outcome = 'refused') AS refused
    FROM unnest($2::text[]) AS asked(client) CROSS JOIN LATERAL (
        SELECT received_at, outcome FROM capture_submission
        WHERE capture_submission.client = asked.client AND received_at > $3::timestamptz - interval '7 days'
        UNION ALL
        (SELECT received_at, NULL FROM capture_submission
        WHERE capture_submission.client = asked.client ORDER BY received_at DESC LIMIT 1)
    ) AS sent
    WHERE $1::text IS NOT NULL GROUP BY asked.client"""


async def usage_of(viewer: Viewer, clients: Sequence[str], at: datetime) -> dict[str, Usage]:
    """Return what each client sent within a week, and when it sent last."""
    rows = await connection().fetch(_USAGE, viewer.id, list(clients), at)
    return {
        row["client"]: Usage(row["last_used_at"], row["hour"], row["day"], row["week"], row["refused"])
        for row in rows
    }


async def list_clients(viewer: Viewer) -> list[CaptureClient]:
    """Return the clients whose secrets are kept here, without their usage."""
    clients = await connection().fetch(
        "SELECT id, name, revoked_at FROM capture_client WHERE $1::text IS NOT NULL ORDER BY name, id",
        viewer.id,
    )
    kept = await connection().fetch(
        "SELECT id, client_id, created_at, expires_at FROM capture_secret WHERE $1::text IS NOT NULL"
        " AND (expires_at IS NULL OR expires_at > now()) ORDER BY created_at DESC",
        viewer.id,
    )
    secrets = {
        client["id"]: tuple(
            Secret(row["id"], row["created_at"], row["expires_at"])
            for row in kept
            if row["client_id"] == client["id"]
        )
        for client in clients
    }
    return [
        CaptureClient(row["id"], row["name"], "signature", Usage(), secrets[row["id"]], row["revoked_at"])
        for row in clients
    ]


async def insert_client(viewer: Viewer, client_id: str, name: str, at: datetime) -> None:
    """Make a client; raises ClientTaken."""
    done = await connection().execute(
        "INSERT INTO capture_client (id, name, created_by_id, created_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING",
        client_id,
        name,
        viewer.id,
        at,
    )
    if not changed(done):
        raise ClientTaken


async def insert_secret(viewer: Viewer, client_id: str, sealed: bytes, at: datetime) -> None:
    """Give a client another secret; raises NotFound for no client, or one that was revoked."""
    known = await connection().fetchval(
        "SELECT 1 FROM capture_client WHERE $1::text IS NOT NULL AND id = $2 AND revoked_at IS NULL FOR UPDATE",
        viewer.id,
        client_id,
    )
    if known is None:
        raise NotFound
    await connection().execute(
        "INSERT INTO capture_secret (id, client_id, sealed, created_by_id, created_at) VALUES ($1, $2, $3, $4, $5)",
        uuid7(),
        client_id,
        sealed,
        viewer.id,
        at,
    )


async def expire_secrets(viewer: Viewer, client_id: str, at: datetime) -> None:
    """Let the client's present secrets end at a moment, none later than it would have."""
    await connection().execute(
        "UPDATE capture_secret SET expires_at = least(expires_at, $3)"
        " WHERE $1::text IS NOT NULL AND client_id = $2",
        viewer.id,
        client_id,
        at,
    )


async def revoke_client(viewer: Viewer, client_id: str, at: datetime) -> None:
    """Take a client's right to send away; raises NotFound."""
    done = await connection().execute(
        "UPDATE capture_client SET revoked_at = $3 WHERE $1::text IS NOT NULL AND id = $2 AND revoked_at IS NULL",
        viewer.id,
        client_id,
        at,
    )
    if not changed(done):
        raise NotFound


async def live_secrets(viewer: Viewer, at: datetime) -> list[tuple[str, bytes]]:
    """Return the sealed secrets that may sign now, with whose they are."""
    rows = await connection().fetch(
        "SELECT client_id, sealed FROM capture_secret JOIN capture_client ON capture_client.id = client_id"
        " WHERE $1::text IS NOT NULL AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)",
        viewer.id,
        at,
    )
    return [(row["client_id"], row["sealed"]) for row in rows]
