"""What stands around a timeline: who wrote there, how much is folded away, and what was written last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.store.read_together import Read
from app.store.scope import own_entries
from app.store.timeline import chains_of, narrow_by_person_and_day
from app.store.where import Where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from app.domain.timeline import TimelineFilter
    from app.domain.viewer import Viewer

MOST_FOLDED: Final = 100  # counting stops here
MOST_PEOPLE: Final = 50
_CHAINS: Final = f"chain (id) AS MATERIALIZED ({chains_of('$2')})"


def people_read(viewer: Viewer, customer_id: UUID) -> Read[tuple[tuple[str, str], ...]]:
    """Return what reads id and name of everybody whose entries the viewer sees on a customer's timeline."""
    # From one person to the next by the index: a hundred thousand entries of three people are three steps.
    first = f"""(SELECT activity.actor_id FROM activity WHERE {own_entries(viewer, "$2")}
        AND activity.customer_id = chain.id %s ORDER BY activity.actor_id LIMIT 1)"""
    sql = f"""WITH RECURSIVE {_CHAINS}, person (chain_id, id) AS (
            SELECT chain.id, {first % ""} FROM chain UNION ALL
            SELECT chain.id, {first % "AND activity.actor_id > person.id"}
            FROM person JOIN chain ON chain.id = person.chain_id WHERE person.id IS NOT NULL
        )
        SELECT DISTINCT person.id, coalesce(staff.name, person.id) AS name FROM person
        LEFT JOIN staff ON staff.id = person.id WHERE person.id IS NOT NULL ORDER BY name LIMIT {MOST_PEOPLE}"""

    def build(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
        return tuple((row["id"], row["name"]) for row in rows)

    return Read(sql, (viewer.id, customer_id), build)


def folded_read(viewer: Viewer, customer_id: UUID, narrowed: TimelineFilter) -> Read[int]:
    """Return what counts the entries of the filter's person and days that are folded away, up to MOST_FOLDED."""
    where = Where(viewer, own_entries(viewer, "$2"))
    where.bind(customer_id)
    where.add("activity.kind = 'score_changed'")
    narrow_by_person_and_day(where, narrowed)
    sql = f"""WITH {_CHAINS}
        SELECT count(*) AS number FROM (SELECT FROM chain JOIN activity ON activity.customer_id = chain.id
            WHERE {where} LIMIT {MOST_FOLDED}) AS folded"""
    return Read(sql, tuple(where.args), lambda rows: int(rows[0]["number"]))


def newest_read(viewer: Viewer, customer_id: UUID) -> Read[int]:
    """Return what reads the number of the entry written last that the viewer may see; 0 without one.

    Of the customer's own chain: those that were merged into them have ended.
    """
    own = "SELECT customer.id FROM customer WHERE customer.id = $2 AND customer.merged_into_id IS NULL"
    sql = f"""SELECT activity.seq FROM activity WHERE {own_entries(viewer, "$2")} AND activity.customer_id = ({own})
        ORDER BY activity.seq DESC LIMIT 1"""
    return Read(sql, (viewer.id, customer_id), lambda rows: int(rows[0]["seq"]) if rows else 0)
