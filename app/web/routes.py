"""Every page there is. A new family of pages adds its routes here."""

from typing import Any, Final

from app.web import admin, live, reps, search
from app.web.board import bulk, drawer, owners, views
from app.web.board import page as board
from app.web.calls import page as calls
from app.web.customers import page as customers
from app.web.home import digest
from app.web.home import page as home
from app.web.leads import deals, moves
from app.web.leads import list as lead_list
from app.web.leads import new as new_leads
from app.web.leads import page as leads
from app.web.login import page as login
from app.web.login import signed_in
from app.web.mentions import colleagues
from app.web.mentions import page as mentions
from app.web.reports import page as reports
from app.web.serving import health, metrics, published
from app.web.tickets import live as desk_live
from app.web.tickets import page as tickets
from app.web.timeline import dialog as log_dialog

pages: Final[list[Any]] = [
    *admin.routes,
    *board.routes,
    *bulk.routes,
    *calls.routes,
    *colleagues.routes,
    *customers.routes,
    *deals.routes,
    *desk_live.routes,
    *digest.routes,
    *drawer.routes,
    *health.routes,
    *home.routes,
    *lead_list.routes,
    *leads.routes,
    *live.routes,
    *log_dialog.routes,
    *login.routes,
    *mentions.routes,
    *metrics.routes,
    *moves.routes,
    *new_leads.routes,
    *owners.routes,
    *published.routes,
    *reports.routes,
    *reps.routes,
    *search.routes,
    *signed_in.routes,
    *tickets.routes,
    *views.routes,
]
