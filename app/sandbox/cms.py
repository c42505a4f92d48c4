"""The company's website: a demo-request form, as the CMS microservice serves it."""

from typing import Any, Final

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect, Template

from app.core import clock
from app.sandbox.cms_delivery import Courier
from app.sandbox.forms import fields_of, query_of

AnyRequest = Request[Any, Any, State]

CAMPAIGN: Final = ("source", "medium", "name", "term", "content")
TEXTS: Final = ("name", "email", "phone", "company", "job_title", "country", "message")
TEAM_SIZES: Final = ("1-9", "10-49", "50-200", "201-1000", "1000+")
COUNTRIES: Final = {
    "BR": "Brazil",
    "CA": "Canada",
    "DK": "Denmark",
    "FI": "Finland",
    "FR": "France",
    "DE": "Germany",
    "IN": "India",
    "IE": "Ireland",
    "IT": "Italy",
    "JP": "Japan",
    "LB": "Lebanon",
    "MX": "Mexico",
    "NL": "Netherlands",
    "NG": "Nigeria",
    "NO": "Norway",
    "PL": "Poland",
    "PT": "Portugal",
    "ES": "Spain",
    "SE": "Sweden",
    "CH": "Switzerland",
    "GB": "United Kingdom",
    "US": "United States",
}
CONSENT_TEXT: Final = "2026-01"
UNPROCESSABLE: Final = 422
SEE_OTHER: Final = 303


def cms_router(courier: Courier) -> Router:
    """Return the website's pages; submissions go out by `courier`."""
    handlers = [show_form, submit_form, show_thanks, show_submissions]
    courier_of = Provide(lambda: courier, sync_to_thread=False)
    return Router("/cms", route_handlers=handlers, dependencies={"courier": courier_of})


@get("/", sync_to_thread=False)
def show_form(request: AnyRequest) -> Template:
    """Show the product and its demo-request form; `utm_…` of the address travels in hidden fields."""
    params = query_of(request)
    hidden = {f"utm_{part}": params.get(_utm(part), "") for part in CAMPAIGN}
    hidden |= {"page_url": str(request.url), "referrer": request.headers.get("referer", "")}
    return _form({}, hidden, [])


@post("/")
async def submit_form(request: AnyRequest, courier: NamedDependency[Courier]) -> Template | Redirect:
    """Keep the request for a demo, and say thank you without waiting for the CRM."""
    fields = {name: value.strip() for name, value in (await fields_of(request)).items()}
    wrong = _problems(fields)
    if wrong:
        hidden = {name: fields.get(name, "") for name in _hidden_names()}
        return _form(fields, hidden, wrong)
    courier.accept(submission(fields))
    return Redirect("/cms/thanks", status_code=SEE_OTHER)


@get("/thanks", sync_to_thread=False)
def show_thanks() -> Template:
    """Thank the visitor."""
    return Template("cms_thanks.html.jinja2", context={})


@get("/submissions", sync_to_thread=False)
def show_submissions(courier: NamedDependency[Courier]) -> Template:
    """Show the editors what was sent to the CRM, and what it said."""
    context = {"waiting": courier.waiting, "answered": courier.answered}
    return Template("cms_submissions.html.jinja2", context=context)


def submission(fields: dict[str, str]) -> dict[str, Any]:
    """Return the form as the capture endpoint reads it, without what was left empty."""
    campaign = {part: fields.get(f"utm_{part}", "") for part in CAMPAIGN}
    optional: dict[str, Any] = {name: fields.get(name, "") for name in (*TEXTS, "page_url", "referrer")}
    optional["campaign"] = campaign if any(campaign.values()) else None
    optional["answers"] = {"team_size": fields["team_size"]} if fields.get("team_size") else None
    return {name: value for name, value in optional.items() if value} | {
        "source": "contact-form",
        "form_id": "demo-request",
        "consent": {"marketing": fields.get("consent") == "yes", "text_version": CONSENT_TEXT},
        "submitted_at": clock.now().isoformat().replace("+00:00", "Z"),
    }


def _form(values: dict[str, str], hidden: dict[str, str], wrong: list[str]) -> Template:
    context = {
        "values": values,
        "hidden": hidden,
        "wrong": wrong,
        "countries": COUNTRIES,
        "team_sizes": TEAM_SIZES,
    }
    return Template("cms_form.html.jinja2", context=context, status_code=UNPROCESSABLE if wrong else 200)


def _problems(fields: dict[str, str]) -> list[str]:
    wrong = [] if fields.get("name") else ["Please tell us your name."]
    local, _, domain = fields.get("email", "").rpartition("@")
    if not local or "." not in domain:
        wrong.append("Please give us an e-mail address that we can answer to.")
    return wrong


def _utm(part: str) -> str:
    return "utm_campaign" if part == "name" else f"utm_{part}"


def _hidden_names() -> list[str]:
    return [*(f"utm_{part}" for part in CAMPAIGN), "page_url", "referrer"]
