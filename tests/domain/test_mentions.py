"""Who is named in a text, what somebody is shown of it, and who can look it up."""

from __future__ import annotations

import pytest

from app.domain.mentions import Colleague, handles_in, words_around
from app.domain.viewer import Role


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@rita please call", ("rita",)),
        ("Ask @Rita, (@omar) or @sam.", ("rita", "omar", "sam")),
        ("@rita @rita", ("rita",)),
        ("@rita/@omar", ("rita", "omar")),
        ("**@rita** and _@omar_", ("rita",)),
        ("@anne-marie.o_neil+x: yes", ("anne-marie.o_neil+x",)),
        ("@jürgen's", ("jürgen",)),
        ("@rita@slyyfoxx.example decides", ("rita@slyyfoxx.example",)),
        ("grace@navy.example wrote", ()),
        ("See https://social.example/@rita and `@omar`", ()),
        (r"\@rita, @ omar, @", ()),
    ],
)
def test_an_at_names_somebody_unless_it_means_something_else(text: str, handles: tuple[str, ...]) -> None:
    assert handles_in(text) == handles


def test_what_is_shown_are_the_words_around_the_name() -> None:
    said = {
        "notes": "word " * 100 + "\n\n@Rita  will know" + " more" * 100,
        "mentions": {"rita": "r", "omar": "o"},
    }
    shown = words_around(said, "r")
    assert shown.startswith("…word ")
    assert "word @Rita will know more" in shown
    assert shown.endswith(" more…")
    assert len(shown) < 250
    planned = {"notes": "Call", "follow_up_note": "with @omar", "mentions": {"omar": "o"}}
    assert words_around(planned, "o") == "with @omar"
    assert words_around({}, "r") == ""


def test_a_rep_sees_what_is_written_about_their_own_leads_others_with_a_role_all_of_it() -> None:
    seen = {
        role: [Colleague("x", "X", "x", role).can_see_lead_of(owner) for owner in ("x", "y", None)]
        for role in (Role.REP, Role.SUPPORT, Role.ADMIN, None)
    }
    assert seen == {
        Role.REP: [True, False, False],
        Role.SUPPORT: [True] * 3,
        Role.ADMIN: [True] * 3,
        None: [False] * 3,
    }
