"""Where in a timeline an entry stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.store import cursor as cursors
from app.store.read_together import Read
from app.store.timeline import PAGE, chains_of, entries_where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.timeline import Entry, TimelineFilter
    from app.domain.viewer import Viewer

MOST_ABOVE: Final = 20  # of a page's entries: what led to it stands below, and some of what came of it above
# From the entry upwards, in each chain by its index; `below` of app/store/timeline.py turned round.
_ABOVE: Final = """
    WITH chain AS MATERIALIZED (
        SELECT id, {at}::timestamptz AS above_at, {seq}::bigint - (theirs.id > {last}::uuid)::int AS above_seq FROM (
            {chains}
        ) theirs
    )
    SELECT entry.* FROM chain CROSS JOIN LATERAL (
        SELECT activity.occurred_at, activity.seq, activity.customer_id FROM activity
        WHERE activity.customer_id = chain.id
            AND (activity.occurred_at, activity.seq) > (chain.above_at, chain.above_seq) AND {where}
        ORDER BY activity.occurred_at, activity.seq LIMIT {limit}
    ) entry ORDER BY entry.occurred_at, entry.seq, entry.customer_id LIMIT {limit}"""


def page_read(viewer: Viewer, customer_id: UUID, entry: Entry, narrowed: TimelineFilter) -> Read[str | None]:
    """Return what reads the cursor of a page so narrowed that holds an entry it does not leave out; None: newest."""
    where, who = entries_where(viewer, customer_id, narrowed)
    sql = _ABOVE.format(
        at=where.bind(entry.occurred_at),
        seq=where.bind(entry.seq),
        last=where.bind(entry.customer_id),
        chains=chains_of(who),
        where=where,
        limit=PAGE,
    )

    def build(above: Sequence[Mapping[str, Any]]) -> str | None:
        if len(above) < PAGE:
            return None
        first = above[MOST_ABOVE]
        return cursors.encode(first["occurred_at"], first["seq"], first["customer_id"])

    return Read(sql, tuple(where.args), build)
