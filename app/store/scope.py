"""Whose rows: the first lock. The second is tables/sql/05_policies.sql; nothing else decides this.

Every query that reads leads binds the viewer's id as $1 and puts `own_leads(viewer)` in its WHERE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.viewer import Role

if TYPE_CHECKING:
    from app.domain.viewer import Viewer


def own_leads(viewer: Viewer) -> str:
    """Return the WHERE for `lead`: a rep sees exactly those assigned to them."""
    if viewer.role is Role.REP:
        return "lead.assigned_to_id = $1"
    return "$1::text IS NOT NULL"


def own_customers(viewer: Viewer) -> str:
    """Return the WHERE for `customer`: a rep reaches it through a lead of theirs; nobody one that was merged."""
    if viewer.role is Role.REP:
        return (
            "customer.merged_into_id IS NULL"
            " AND EXISTS (SELECT FROM lead WHERE lead.customer_id = customer.id AND lead.assigned_to_id = $1)"
        )
    return "$1::text IS NOT NULL AND customer.merged_into_id IS NULL"


def own_words(viewer: Viewer) -> str:
    """Return the WHERE for `lead_words`, which are a rep's way to their customers and nobody else's."""
    return "lead_words.owner_id = $1" if viewer.role is Role.REP else "false"


def own_entries(viewer: Viewer, customer: str) -> str:
    """Return the WHERE for `activity` in the history of `customer`, an SQL expression: not of another rep's lead.

    Their history is theirs and that of whoever was merged into them, whose leads came along. Which of their leads are
    the viewer's is asked once, not of each entry.
    """
    if viewer.role is Role.REP:
        mine = f"SELECT lead.id FROM lead WHERE lead.customer_id = {customer} AND lead.assigned_to_id = $1"
        return (
            f"CASE WHEN activity.lead_id IS NULL THEN EXISTS ({mine})"
            f" ELSE activity.lead_id = ANY (ARRAY ({mine})) END"
        )
    return "$1::text IS NOT NULL"


def own_sales(viewer: Viewer) -> str:
    """Return the WHERE for `sale`: a rep sees what their leads sold."""
    if viewer.role is Role.REP:
        return "EXISTS (SELECT FROM lead WHERE lead.id = sale.lead_id AND lead.assigned_to_id = $1)"
    return "$1::text IS NOT NULL"


def own_tickets(viewer: Viewer) -> str:
    """Return the WHERE for `ticket`: a rep reaches it through a lead of its customer."""
    if viewer.role is Role.REP:
        return "EXISTS (SELECT FROM lead WHERE lead.customer_id = ticket.customer_id AND lead.assigned_to_id = $1)"
    return "$1::text IS NOT NULL"
