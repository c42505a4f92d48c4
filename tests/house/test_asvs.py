"""docs/ASVS.md names tests that exist."""

from __future__ import annotations

import re

from tests.house.files import ROOT

NAMED = re.compile(r"`…([\w/]+\.py)(?:::(\w+))?`")


def test_every_test_it_names_exists() -> None:
    named = NAMED.findall((ROOT / "docs/ASVS.md").read_text(encoding="utf-8"))
    assert named
    missing = [
        (file, test)
        for file, test in named
        if f"def {test}" not in (ROOT / "tests" / file).read_text(encoding="utf-8")
    ]
    assert missing == []
