"""Every template compiles, is used, and asks for nothing that nobody gives."""

from __future__ import annotations

import re

from jinja2 import nodes

from app.web.templating import environment
from tests.house.files import ROOT, files, short, words_in

FOLDER = ROOT / "templates"
SUFFIX = ".html.jinja2"
NAMED = re.compile(r"[\"']([\w./-]+\.html\.jinja2)[\"']")


def _names() -> list[str]:
    return [str(path.relative_to(FOLDER)) for path in files(SUFFIX, "templates")]


def test_every_template_is_used_and_every_used_one_exists() -> None:
    said = words_in(".py", "app", "jobs") + words_in(SUFFIX, "templates")
    used, there = set(NAMED.findall(said)), set(_names())
    there |= {str(path.relative_to(path.parents[1])) for path in files(SUFFIX, "app")}
    there |= {path.name for path in files(SUFFIX, "app")}
    assert set(_names()) - used == set(), "nobody uses these"
    assert used - there == set(), "these are named but not there"


def test_every_template_compiles_in_the_application_itself() -> None:
    for name in _names():
        assert environment().get_template(name).name == name


def test_every_template_uses_only_filters_and_tests_that_exist() -> None:
    for path in files(SUFFIX, "templates"):
        tree = environment().parse(path.read_text(encoding="utf-8"))
        filters = {node.name for node in tree.find_all(nodes.Filter)}
        assert filters <= set(environment().filters), short(path)
        assert {node.name for node in tree.find_all(nodes.Test)} <= set(environment().tests), short(path)


def test_no_template_carries_scripts_or_styles_of_its_own() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", re.IGNORECASE)
    assert [short(path) for path in files(SUFFIX, "templates") if inline.search(path.read_text())] == []
