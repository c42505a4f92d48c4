"""Who gets what, on every route: the one table of it. A route without a line here fails the house test.

`rita` owns the lead, the customer and the ticket that the paths name; `omar` is another rep. Whose token or session
is over gets what nobody gets.
"""

from __future__ import annotations

from dataclasses import dataclass

YES = "yes"  # it works
NO = "no"  # 403: known, but not for this role
NONE = "none"  # 404: as if it were not there
WHO = "who"  # 401 on /v1, the way to the login on pages
BAD = "bad"  # 400: open to everybody, and our request carries no proof from the SSO
LATE = "late"  # 409: the record is not in the state that this asks for

PEOPLE = ("rita", "omar", "sam", "ada", "cms", "nobody")


@dataclass(frozen=True, slots=True)
class Expected:
    """What each of PEOPLE gets."""

    words: tuple[str, ...]

    def of(self, who: str) -> str:
        return self.words[PEOPLE.index("nobody" if who == "expired" else who)]


# method path                                    rita  omar  sam   ada   cms   nobody
TABLE = """
GET   /v1/leads                                  yes   yes   no    yes   no    who
GET   /v1/leads/{id}                             yes   none  no    yes   no    who
POST  /v1/leads/{id}/stage                       yes   none  no    yes   no    who
POST  /v1/leads/{id}/assign                      no    no    no    yes   no    who
POST  /v1/leads/{id}/won                         yes   none  no    yes   no    who
POST  /v1/leads/{id}/lost                        yes   none  no    yes   no    who
GET   /v1/customers                              yes   yes   yes   yes   no    who
GET   /v1/customers/{id}                         yes   none  yes   yes   no    who
GET   /v1/customers/{id}/timeline                yes   none  yes   yes   no    who
GET   /v1/customers/{id}/timeline/verify         yes   none  yes   yes   no    who
POST  /v1/customers/{id}/tickets                 yes   none  yes   yes   no    who
PATCH /v1/tickets/{id}                           yes   none  yes   yes   no    who
POST  /v1/activity/log                           yes   none  yes   yes   no    who
POST  /v1/leads/capture                          no    no    no    no    yes   who
GET   /v1/events                                 no    no    no    yes   no    who
POST  /v1/events/sso                             who   who   who   who   who   who
GET   /                                          yes   yes   yes   yes   who   who
GET   /calls                                     yes   yes   yes   yes   who   who
GET   /board                                     yes   yes   no    yes   who   who
GET   /board/{id}                                yes   yes   no    yes   who   who
GET   /leads/{id}                                yes   none  yes   yes   who   who
GET   /leads/{id}/why                            yes   none  no    yes   who   who
GET   /leads/{id}/handoff                        yes   none  no    yes   who   who
GET   /leads/{id}/stage                          yes   none  no    yes   who   who
POST  /leads/{id}/stage                          yes   none  no    yes   who   who
GET   /live                                      yes   yes   no    yes   who   who
GET   /search                                    yes   yes   yes   yes   who   who
GET   /board/cards                               yes   yes   no    yes   who   who
GET   /board/leads/{id}                          yes   none  no    yes   who   who
GET   /board/owners                              no    no    no    yes   who   who
GET   /reps                                      no    no    no    yes   who   who
GET   /reports                                   yes   yes   no    yes   who   who
GET   /reports/owners                            no    no    no    yes   who   who
GET   /reports/funnel                            yes   yes   no    yes   who   who
GET   /reports/velocity                          yes   yes   no    yes   who   who
GET   /reports/forecast                          yes   yes   no    yes   who   who
GET   /reports/clv                               yes   yes   no    yes   who   who
GET   /reports/lost                              yes   yes   no    yes   who   who
GET   /reports/sources                           yes   yes   no    yes   who   who
GET   /reports/reps                              no    no    no    yes   who   who
GET   /reports/funnel/table.csv                  yes   yes   no    yes   who   who
GET   /reports/velocity/table.csv                yes   yes   no    yes   who   who
GET   /reports/forecast/table.csv                yes   yes   no    yes   who   who
GET   /reports/lost/table.csv                    yes   yes   no    yes   who   who
GET   /reports/sources/table.csv                 yes   yes   no    yes   who   who
GET   /reports/clv/table.csv                     yes   yes   no    yes   who   who
GET   /reports/reps/table.csv                    no    no    no    yes   who   who
GET   /leads                                     yes   yes   no    yes   who   who
GET   /leads/export                              yes   yes   no    yes   who   who
GET   /leads/owners                              no    no    no    yes   who   who
GET   /leads/new                                 yes   yes   no    yes   who   who
POST  /leads/new                                 yes   yes   no    yes   who   who
POST  /leads/bulk                                yes   yes   no    yes   who   who
GET   /leads/{id}/activity                       yes   none  no    yes   who   who
GET   /leads/{id}/follow-up                      yes   none  no    yes   who   who
POST  /leads/{id}/follow-up                      yes   none  no    yes   who   who
GET   /leads/{id}/nurture                        yes   none  no    yes   who   who
POST  /leads/{id}/nurture                        yes   none  no    yes   who   who
GET   /leads/{id}/deal                           yes   none  no    yes   who   who
POST  /leads/{id}/deal                           yes   none  no    yes   who   who
GET   /leads/{id}/assign                         no    no    no    yes   who   who
POST  /leads/{id}/assign                         no    no    no    yes   who   who
POST  /leads/{id}/reopen                         yes   none  no    yes   who   who
POST  /leads/{id}/won/preview                    yes   none  no    yes   who   who
GET   /digest                                    yes   yes   no    yes   who   who
POST  /digest                                    yes   yes   no    yes   who   who
POST  /digest/now                                late  late  no    late   who   who
GET   /digest/off/{id}                           yes   yes   yes   yes   yes   yes
POST  /digest/off/{id}                           none  none  none  none  none  none
POST  /views                                     yes   yes   no    yes   who   who
POST  /views/{id}/share                          no    no    no    none  who   who
POST  /views/{id}/delete                         none  none  no    none  who   who
GET   /leads/{id}/won                            yes   none  no    yes   who   who
POST  /leads/{id}/won                            yes   none  no    yes   who   who
GET   /leads/{id}/lost                           yes   none  no    yes   who   who
POST  /leads/{id}/lost                           yes   none  no    yes   who   who
GET   /colleagues                                yes   yes   yes   yes   who   who
GET   /mentions                                  yes   yes   yes   yes   who   who
POST  /mentions/read                             yes   yes   yes   yes   who   who
POST  /mentions/{id}/read                        yes   none  none  none  who   who
POST  /mentions/{id}/open                        yes   none  none  none  who   who
GET   /customers                                 yes   yes   yes   yes   who   who
GET   /customers/export                          yes   yes   yes   yes   who   who
GET   /customers/{id}                            yes   none  yes   yes   who   who
GET   /customers/{id}/timeline                   yes   none  yes   yes   who   who
GET   /customers/{id}/timeline/newer             yes   none  yes   yes   who   who
GET   /customers/{id}/timeline/writers             yes   none  yes   yes   who   who
GET   /customers/{id}/live                       yes   none  yes   yes   who   who
POST  /customers/{id}/tickets                    yes   none  yes   yes   who   who
GET   /tickets                                   yes   yes   yes   yes   who   who
GET   /tickets/live                              yes   yes   yes   yes   who   who
GET   /tickets/{id}                              yes   none  yes   yes   who   who
POST  /tickets/{id}                              yes   none  yes   yes   who   who
GET   /customers/{id}/contact                    yes   none  yes   yes   who   who
POST  /customers/{id}/contact                    yes   none  yes   yes   who   who
GET   /customers/{id}/erase                      no    no    no    yes   who   who
POST  /customers/{id}/erase                      no    no    no    yes   who   who
GET   /customers/{id}/privacy                    no    no    no    yes   who   who
POST  /customers/{id}/export                     no    no    no    yes   who   who
GET   /admin/erasures                            no    no    no    yes   who   who
POST  /admin/erasures/{id}                       no    no    no    yes   who   who
GET   /customers/{id}/lookalikes                 yes   none  yes   yes   who   who
GET   /customers/{id}/verify                     yes   none  yes   yes   who   who
GET   /customers/{id}/entries/{id}/correct       yes   none  yes   yes   who   who
POST  /customers/{id}/entries/{id}/correct       yes   none  yes   yes   who   who
POST  /customers/{id}/activities                 yes   none  yes   yes   who   who
GET   /admin                                     no    no    no    yes   who   who
GET   /admin/audit                               no    no    no    yes   who   who
GET   /admin/audit/export                        no    no    no    yes   who   who
GET   /admin/staff                               no    no    no    yes   who   who
POST  /admin/staff/leads                         no    no    no    yes   who   who
POST  /admin/staff/sessions                      no    no    no    yes   who   who
GET   /admin/reassign                            no    no    no    yes   who   who
POST  /admin/reassign                            no    no    no    yes   who   who
GET   /admin/reassign/{id}                       no    no    no    yes   who   who
POST  /admin/reassign/{id}/undo                  no    no    no    yes   who   who
GET   /admin/duplicates                          no    no    no    yes   who   who
GET   /admin/duplicates/{id}/with/{id}           no    no    no    yes   who   who
POST  /admin/duplicates/{id}/with/{id}           no    no    no    yes   who   who
POST  /admin/duplicates/{id}/with/{id}/apart     no    no    no    yes   who   who
GET   /admin/captures                            no    no    no    yes   who   who
GET   /admin/captures/{id}                       no    no    no    yes   who   who
POST  /admin/captures/{id}/approve               no    no    no    yes   who   who
POST  /admin/captures/{id}/discard               no    no    no    yes   who   who
GET   /admin/board                               no    no    no    yes   who   who
POST  /admin/board                               no    no    no    yes   who   who
GET   /admin/goals                               no    no    no    yes   who   who
POST  /admin/goals                               no    no    no    yes   who   who
GET   /admin/clients                             no    no    no    yes   who   who
POST  /admin/clients                             no    no    no    yes   who   who
POST  /admin/clients/rotate                      no    no    no    none  who   who
POST  /admin/clients/revoke                      no    no    no    none  who   who
GET   /admin/imports                             no    no    no    yes   who   who
POST  /admin/imports                             no    no    no    yes   who   who
GET   /admin/imports/{id}                        no    no    no    yes   who   who
GET   /admin/imports/{id}/refused.csv            no    no    no    yes   who   who
GET   /admin/imports/{id}/check                  no    no    no    yes   who   who
POST  /admin/imports/{id}/check                  no    no    no    yes   who   who
POST  /admin/imports/{id}/run                    no    no    no    yes   who   who
POST  /admin/imports/{id}/cancel                 no    no    no    yes   who   who
POST  /admin/imports/{id}/discard                no    no    no    yes   who   who
GET   /admin/scoring                             no    no    no    yes   who   who
GET   /admin/scoring/compare                     no    no    no    none  who   who
POST  /admin/scoring/activate                    no    no    no    none  who   who
GET   /admin/scoring/rules                       no    no    no    yes   who   who
POST  /admin/scoring/rules                       no    no    no    yes   who   who
POST  /admin/scoring/rules/try                   no    no    no    yes   who   who
GET   /admin/inbox                               no    no    no    yes   who   who
POST  /admin/inbox/discard                       no    no    no    yes   who   who
POST  /admin/inbox/replay                        no    no    no    yes   who   who
POST  /admin/reconcile                           no    no    no    yes   who   who
GET   /session                                   yes   yes   yes   yes   who   who
GET   /session/token                             yes   yes   yes   yes   who   who
GET   /login                                     yes   yes   yes   yes   yes   yes
GET   /login/start                               yes   yes   yes   yes   yes   yes
GET   /auth/callback                             bad   bad   bad   bad   bad   bad
POST  /auth/backchannel-logout                   bad   bad   bad   bad   bad   bad
POST  /logout                                    yes   yes   yes   yes   who   who
POST  /logout/others                             yes   yes   yes   yes   who   who
GET   /static/{id}                               none  none  none  none  none  none
GET   /health/live                               yes   yes   yes   yes   yes   yes
GET   /health/ready                              yes   yes   yes   yes   yes   yes
GET   /admin/events                              no    no    no    yes   who   who
GET   /admin/events/{id}                         no    no    no    yes   who   who
POST  /admin/events/{id}/reveal                  no    no    no    yes   who   who
POST  /admin/events/{id}/replay                  no    no    no    yes   who   who
POST  /admin/events/replay                       no    no    no    yes   who   who
POST  /admin/events/test                         no    no    no    yes   who   who
POST  /admin/events/sinks/{id}/pause             no    no    no    yes   who   who
POST  /admin/events/sinks/{id}/resume            no    no    no    yes   who   who
GET   /openapi.json                              yes   yes   yes   yes   yes   yes
GET   /docs                                      yes   yes   yes   yes   yes   yes
GET   /metrics                                   who   who   who   who   who   who
GET   /asyncapi.json                             yes   yes   yes   yes   yes   yes
GET   /schemas/{id}                              none  none  none  none  none  none
"""


def expectations() -> dict[str, Expected]:
    """Return the table by `METHOD path`."""
    lines = [line.split() for line in TABLE.strip().splitlines()]
    return {f"{method} {path}": Expected(tuple(words)) for method, path, *words in lines}
