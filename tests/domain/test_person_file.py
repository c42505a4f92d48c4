"""Whose a form is that names somebody: theirs, unless it has an e-mail of its own and that is another's."""

from __future__ import annotations

import json

import msgspec
import pytest

from app.domain.person_file import encode, is_theirs

THEIRS = {"grace@navy.example", "g@xn--mnchen-3ya.example"}
NAMED = "write to grace@navy.example"


@pytest.mark.parametrize(
    "form",
    [
        {"email": "grace@navy.example"},
        {"email": " Grace@NAVY.example\n"},
        {"email": "g@München.example"},
        {"note": NAMED},
        {"email": "", "note": NAMED},
        {"email": "Grace", "note": NAMED},
        {"email": ["grace@navy.example"]},
        ["grace@navy.example"],
        f"not JSON: {NAMED}",
        '{"email": "grace@navy.example", "half": ',
        '{"email": "grace@navy.example", "n": 1e999}',
        '{"email": "GRACE@navy.example"}',
        "",
    ],
)
def test_a_form_is_theirs(form: object) -> None:
    assert is_theirs(json.dumps(form), THEIRS)


@pytest.mark.parametrize("email", ["omar@navy.example", "e@navy.example", "a@b@c", " x@grace@navy.example"])
def test_a_form_with_another_address_is_not(email: str) -> None:
    form = {"email": email, "note": NAMED}
    assert not is_theirs(json.dumps(form), THEIRS)
    assert not is_theirs(json.dumps(json.dumps(form)), THEIRS)


@pytest.mark.parametrize(
    "form",
    [
        f'{{"email": "omar@navy.example", "note": "{NAMED}", "half": ',
        f'{{"email" : " omar@navy.example", "note": "{NAMED}\\ud800"}}',
        [{"email": "omar@navy.example", "note": NAMED}],
    ],
    ids=["broken off", "lone surrogate", "list"],
)
def test_an_unreadable_form_with_another_address_is_not_either(form: object) -> None:
    assert not is_theirs(json.dumps(form), THEIRS)


def test_what_was_written_stays_as_it_was() -> None:
    kept = '{"n":0.10,"big":123456789012345678901234567890,"s":"\\u2028é"}'
    assert json.loads(encode({"sent": msgspec.Raw(kept)})) == {"sent": json.loads(kept)}
    assert b"0.10" in encode({"sent": msgspec.Raw(kept)})
