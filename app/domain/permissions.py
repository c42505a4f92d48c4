"""Who may do what. `can_x` answers, `check_x` raises, one body: the button and the refusal cannot disagree.

Whose rows somebody sees is not decided here but in app/store/scope.py and, again, by the row policies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.errors import Forbidden
from app.domain.identity import Client
from app.domain.viewer import Role

if TYPE_CHECKING:
    from app.domain.viewer import Viewer

CAPTURE_SCOPE: Final = "leads:capture"
EVENTS_SCOPE: Final = "events:read"


def can_see_board(viewer: Viewer) -> bool:
    """Reps see their pipeline, admins everybody's; support has none."""
    return viewer.is_rep or viewer.is_admin


def check_see_board(viewer: Viewer) -> None:
    """Raise Forbidden for who has no pipeline."""
    _check(can_see_board(viewer), "Support has no board")


def can_see_money(viewer: Viewer) -> bool:
    """Lead value, CLV and forecast are for who sells."""
    return viewer.is_rep or viewer.is_admin


def can_see_reports(viewer: Viewer) -> bool:
    """Who sees money sees how it comes about: reps of their own leads, admins of everybody's."""
    return can_see_money(viewer)


def check_see_reports(viewer: Viewer) -> None:
    """Raise Forbidden for who has no figures."""
    _check(can_see_reports(viewer), "Support has no reports")


def can_compare_reps(viewer: Viewer) -> bool:
    """How each of the reps does is for admins."""
    return viewer.is_admin


def check_compare_reps(viewer: Viewer) -> None:
    """Raise Forbidden for who may not see how colleagues do."""
    _check(can_compare_reps(viewer), "Reps are compared by admins")


def can_find_by_lifetime(viewer: Viewer) -> bool:
    """What customers bought from everybody is for admins."""
    return viewer.is_admin


def check_find_by_lifetime(viewer: Viewer) -> None:
    """Raise Forbidden for who may not find customers by their lifetime value."""
    _check(can_find_by_lifetime(viewer), "Customers are found by lifetime value by admins")


def can_move_lead(viewer: Viewer) -> bool:
    """Reps move their own leads (the scope sees to whose), admins any."""
    return viewer.is_rep or viewer.is_admin


def check_move_lead(viewer: Viewer) -> None:
    """Raise Forbidden for who may not change a stage."""
    _check(can_move_lead(viewer), "Stages are changed by sales")


def can_close_lead(viewer: Viewer) -> bool:
    """Who moves a lead may also win or lose it."""
    return can_move_lead(viewer)


def check_close_lead(viewer: Viewer) -> None:
    """Raise Forbidden for who may not win or lose a lead."""
    _check(can_close_lead(viewer), "Leads are won and lost by sales")


def can_assign_lead(viewer: Viewer) -> bool:
    """Only an admin gives a lead to somebody."""
    return viewer.is_admin


def check_assign_lead(viewer: Viewer) -> None:
    """Raise Forbidden for who may not change a lead's owner."""
    _check(can_assign_lead(viewer), "Only an admin changes the owner of a lead")


def can_log_activity(viewer: Viewer, as_user_id: str) -> bool:
    """Everybody logs their own; an admin may log for another, and both are recorded."""
    return viewer.is_admin or as_user_id == viewer.id


def check_log_activity(viewer: Viewer, as_user_id: str) -> None:
    """Raise Forbidden when the entry is not the viewer's own."""
    _check(can_log_activity(viewer, as_user_id), "user_id must be your own id")


def can_edit_contact(viewer: Viewer) -> bool:
    """Everybody corrects how the customers they see are reached."""
    return viewer.is_rep or viewer.is_support or viewer.is_admin


def check_edit_contact(viewer: Viewer) -> None:
    """Raise Forbidden for who is not of the staff."""
    _check(can_edit_contact(viewer), "Contacts are kept by the staff")


def can_work_tickets(viewer: Viewer) -> bool:
    """Everybody opens and works the tickets of the customers they see."""
    return viewer.is_rep or viewer.is_support or viewer.is_admin


def check_work_tickets(viewer: Viewer) -> None:
    """Raise Forbidden for who is not of the staff."""
    _check(can_work_tickets(viewer), "Tickets are worked by the staff")


def can_get_digest(viewer: Viewer) -> bool:
    """Who has a day of their own, or a team, is told of it by e-mail."""
    return viewer.is_rep or viewer.is_admin


def check_get_digest(viewer: Viewer) -> None:
    """Raise Forbidden for who gets no daily or weekly e-mail."""
    _check(can_get_digest(viewer), "This e-mail is for sales reps and administrators")


def can_administer(viewer: Viewer) -> bool:
    """Staff, assignment, scoring, erasure: an admin's."""
    return viewer.is_admin


def check_administer(viewer: Viewer) -> None:
    """Raise Forbidden for who is no admin."""
    _check(can_administer(viewer), "This is for admins")


def can_operate(viewer: Viewer) -> bool:
    """Deliveries, inbox, imports: an admin's, and an operator's at the command line."""
    return viewer.is_admin or viewer.role is Role.SYSTEM


def check_operate(viewer: Viewer) -> None:
    """Raise Forbidden for who looks after nothing here."""
    _check(can_operate(viewer), "This is for admins")


def can_merge_customers(viewer: Viewer) -> bool:
    """Only an admin says that two customers are one person: it cannot be taken back."""
    return viewer.is_admin


def check_merge_customers(viewer: Viewer) -> None:
    """Raise Forbidden for who may not merge customers."""
    _check(can_merge_customers(viewer), "Only an admin merges customers")


def can_read_events(caller: Viewer | Client) -> bool:
    """Published events carry everybody's sales: an admin reads them back, or a client with the scope for it."""
    return EVENTS_SCOPE in caller.scopes if isinstance(caller, Client) else caller.is_admin


def check_read_events(caller: Viewer | Client) -> None:
    """Raise Forbidden for who may not read the published events."""
    _check(
        can_read_events(caller), f"Published events are for admins, and clients with the scope {EVENTS_SCOPE}"
    )


def can_capture(caller: Viewer | Client) -> bool:
    """Only a machine captures, and only with the scope for it."""
    return isinstance(caller, Client) and CAPTURE_SCOPE in caller.scopes


def check_capture(caller: Viewer | Client) -> None:
    """Raise Forbidden for a person's token, or a client's without the scope."""
    _check(can_capture(caller), f"Capturing takes a client's token with the scope {CAPTURE_SCOPE}")


def _check(allowed: bool, otherwise: str) -> None:  # noqa: FBT001  a verdict, not a switch
    if not allowed:
        raise Forbidden(otherwise)
