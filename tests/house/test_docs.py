"""The documents say what is there: no setting, decision or link of them is stale."""

from __future__ import annotations

import re

from tests.house.files import ROOT, files, lines, short, words_in

SCREEN = 60
ADR_LINES = 50
ADR_PARTS = ["Context", "Decision", "Consequences", "Alternatives"]
NAMED = re.compile(
    r"`((?:app|jobs|tables|tests|docs|static|lint|tools|api|cli|contracts|core|domain|gateways|sandbox|services|store|web)"
    r"/[a-z0-9_./-]+)`"
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")


def test_every_setting_is_explained() -> None:
    code = (ROOT / "app/core/settings.py").read_text(encoding="utf-8")
    known = set(re.findall(r'read\.\w+\(\s*"([A-Z_]+)"', code))
    explained = set(re.findall(r"`([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8")))
    assert known
    assert known - explained == set()


def test_the_readme_is_one_screen_and_the_style_two() -> None:
    assert lines(ROOT / "README.md") <= SCREEN
    assert lines(ROOT / "STYLE.md") <= 2 * SCREEN


def test_every_decision_is_short_and_complete() -> None:
    decisions = files(".md", "docs/adr")
    assert decisions
    for path in decisions:
        assert lines(path) <= ADR_LINES, short(path)
        assert re.findall(r"^## (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE) == ADR_PARTS, short(
            path
        )


def test_every_decision_that_the_code_names_exists() -> None:
    said = words_in(
        "", "app", "jobs", "tables", "tests", "docs", "README.md", "STYLE.md", "Makefile", "static"
    )
    named = set(re.findall(r"docs/adr/(\d{4})", said))
    assert named - {path.name[:4] for path in files(".md", "docs/adr")} == set()


def test_no_two_decisions_have_the_same_number() -> None:
    numbers = [path.name[:4] for path in files(".md", "docs/adr")]
    assert sorted(set(numbers)) == sorted(numbers)


def test_every_module_and_function_that_documents_name_exists() -> None:
    said = {name for path in files(".md", ".") for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert said
    assert [name for name in sorted(said) if not _is_there(name)] == []


def _is_there(name: str) -> bool:
    """Say whether there is such a file, folder or module, or a module that has what stands behind its last dot."""
    module, _, inner = name.rpartition(".")
    for room in (ROOT, ROOT / "app"):
        if (room / name).exists() or (room / f"{name}.py").exists():
            return True
        if (file := room / f"{module}.py").exists() and re.search(
            rf"\b{inner}\b", file.read_text(encoding="utf-8")
        ):
            return True
    return False


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [
        f"{short(path)}: {target}"
        for path in files(".md", ".")
        for target in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]
    assert broken == []
