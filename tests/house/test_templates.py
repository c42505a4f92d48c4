"""Every template compiles, is used, and asks for nothing that nobody gives."""

from __future__ import annotations

import re

from jinja2 import nodes

from app.web.templating import environment
from tests.house.files import ROOT, files, short, words_in

FOLDER = ROOT / "templates"
SUFFIX = ".html.jinja2"
NAMED = re.compile(r"[\"']([\w./{}-]+\.html\.jinja2)[\"']")


def _names() -> set[str]:
    return {str(path.relative_to(FOLDER)) for path in files(SUFFIX, "templates")}


def _named() -> set[str]:
    """Return what code and templates name; `leads/{act}.html.jinja2` names every template of that form."""
    said = set(NAMED.findall(words_in(".py", "app", "jobs") + words_in(SUFFIX, "templates")))
    forms = [re.compile(re.sub(r"\\{.*?\\}", r"\\w+", re.escape(name))) for name in said if "{" in name]
    built = {name for name in _names() if any(form.fullmatch(name) for form in forms)}
    return {name for name in said if "{" not in name} | built


def _as_called(imported: str | tuple[str, str]) -> str:
    return imported if isinstance(imported, str) else imported[1]


def test_every_template_is_used_and_every_used_one_exists() -> None:
    sandbox = {path.name for path in files(SUFFIX, "app")}
    assert _names() - _named() == set(), "nobody uses these"
    assert _named() - _names() - sandbox == set(), "these are named but not there"


def test_every_template_compiles_in_the_application_itself() -> None:
    for name in sorted(_names()):
        assert environment().get_template(name).name == name


def test_every_template_uses_only_filters_and_tests_that_exist() -> None:
    for path in files(SUFFIX, "templates"):
        tree = environment().parse(path.read_text(encoding="utf-8"))
        filters = {node.name for node in tree.find_all(nodes.Filter)}
        assert filters <= set(environment().filters), short(path)
        assert {node.name for node in tree.find_all(nodes.Test)} <= set(environment().tests), short(path)


def test_no_template_imports_what_it_does_not_draw() -> None:
    idle: list[str] = []
    for path in files(SUFFIX, "templates", "app"):
        tree = environment().parse(path.read_text(encoding="utf-8"))
        named = [each for node in tree.find_all(nodes.FromImport) for each in node.names]
        drawn = {node.name for node in tree.find_all(nodes.Name)}
        idle += [
            f"{short(path)}: {name}" for name in (_as_called(each) for each in named) if name not in drawn
        ]
    assert idle == []


def test_no_template_carries_scripts_or_styles_of_its_own() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
    assert [short(path) for path in files(SUFFIX, "templates") if inline.search(path.read_text())] == []
