"""What the pages show of given values; no database, no HTTP."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from app.domain.lead import CustomerRef, Lead
from app.domain.pipeline import LOST_REASONS, Stage, Status
from app.domain.viewer import Viewer
from app.web.board import page as board_page
from app.web.forms import Form
from app.web.templating import Reader, render
from app.web.timeline.filter import Narrowed
from tests.web import samples

WICKED = '<script>alert("x")</script>'


def show(template: str, viewer: Viewer = samples.RITA, path: str = "/", **context: Any) -> str:
    return render(template, Reader(viewer=viewer, path=path, csrf="token"), **context)


def show_board(viewer: Viewer = samples.RITA, **changes: Any) -> str:
    shown = changes.pop("board", None) or samples.board()
    return show(
        "board/page.html.jinja2",
        viewer,
        "/board",
        notices=[],
        **board_page.shown(shown, viewer),
    )


def show_lead(lead: Lead) -> str:
    story = {
        "customer_id": samples.new_id(),
        "form": Form({"activity_type": "Call"}),
        "message": "",
        "move_to": (),
        "plan": None,
        "timeline": samples.timeline(),
        "narrowed": Narrowed("/", ZoneInfo("UTC")),
        "folded": 0,
        "most_folded": 100,
        "writers": [],
        "news": None,
        "newer_url": "",
        "report": None,
        "last_day": "",
        "more_url": "",
    }
    parts = {part: Markup(show(f"timeline/{part}.html.jinja2", **story)) for part in ("composer", "panel")}
    return show(
        "leads/page.html.jinja2",
        lead=lead,
        customer=samples.customer(lead.customer),
        tickets=(),
        most_tickets=20,
        sale=None,
        **parts,
    )


def test_the_board_has_the_hooks_that_outside_checks_use() -> None:
    html = show_board()
    assert re.findall(r'<section class="column"[^>]* data-stage="(\w+)"', html) == list(Stage)
    assert len(re.findall(r'data-lead-id="[\da-f-]{36}" data-version="3"', html)) == 23
    assert html.count('aria-label="Move to…"') >= 18


def test_a_full_board_stays_below_a_hundred_kilobytes() -> None:
    full = show_board(board=samples.board((25,) * 6))
    assert len(full.encode()) < 100_000


def test_what_people_type_is_never_markup() -> None:
    lead = samples.lead(customer=CustomerRef(samples.new_id(), WICKED, WICKED, WICKED), follow_up_note=WICKED)
    html = show_lead(lead)
    assert WICKED not in html
    assert "&lt;script&gt;" in html


def test_the_owner_of_a_card_is_shown_to_admins_only() -> None:
    assert 'title="Rita Reyes"' in show_board(samples.ADA)
    assert 'title="Rita Reyes"' not in show_board(samples.RITA)


def test_support_finds_no_way_to_the_board() -> None:
    html = show("search/page.html.jinja2", samples.SAM, q="", places=(), hits=(), cut=False)
    assert 'href="/board"' not in html
    assert 'href="/customers"' in html


@pytest.mark.parametrize("stage", list(Stage))
def test_a_lead_is_moved_and_closed_only_while_it_is_open(stage: Stage) -> None:
    html = show_lead(samples.lead(stage))
    assert ("Mark as won" in html) is stage.is_open
    assert (html.count('aria-label="Move to ') == 3) is stage.is_open


def test_a_timeline_entry_has_its_hook_its_day_and_its_facts() -> None:
    html = show_lead(samples.lead())
    assert len(re.findall(r'data-activity-id="[\da-f-]{36}"', html)) == 5
    for words in ("Lead → Qualified, after 4 days", "12 min", "Campaign: google / cpc / autumn"):
        assert words in html


def test_every_problem_of_a_form_stands_beside_its_field() -> None:
    form = Form({"amount": "x", "version": "1"}, {"amount": "No amount", "product": "This is required"})
    html = show(
        "leads/won.html.jinja2", lead=samples.lead(), form=form, message="", preview=None, currency="EUR"
    )
    assert 'aria-describedby="amount-error"' in html
    assert 'aria-describedby="product-error"' in html
    assert 'value="x"' in html


def test_every_reason_to_lose_can_be_chosen() -> None:
    reasons = [(value, label, "") for value, label in LOST_REASONS.items()]
    html = show("leads/lost.html.jinja2", lead=samples.lead(), form=Form(), message="", reasons=reasons)
    assert [value in html for value in LOST_REASONS] == [True] * len(LOST_REASONS)


def test_the_customer_list_links_each_customer() -> None:
    page = samples.customers()
    html = show(
        "customers/list.html.jinja2", page=page, q="", band="", notices=[], more_url="/customers?cursor=x"
    )
    assert all(f"/customers/{row.id}" in html for row in page.items)
    assert "Next page" in html


def test_a_card_moved_by_somebody_else_says_where_it_stands_now() -> None:
    lead = samples.lead(Stage.NEGOTIATION)
    html = show("board/refused.html.jinja2", lead=lead, message="Somebody was quicker", show_owner=False)
    assert 'data-stage-now="negotiation"' in html
    assert "Somebody was quicker" in html


def test_a_leads_status_is_said_in_words_until_it_is_closed() -> None:
    new = samples.lead(status=Status.NEW)
    assert "Not contacted yet" in show("leads/facts.html.jinja2", lead=new)
    won = show("leads/facts.html.jinja2", lead=samples.lead(Stage.CLOSED_WON))
    assert "Sold for" in won
    assert "Status" not in won
