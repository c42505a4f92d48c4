"""The builder of static/dist: names follow content, and what several pages need is written once."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from app.web.templating import DIST, TEMPLATES, asset
from tools.assets import Build

if TYPE_CHECKING:
    from pathlib import Path

ASSET = re.compile(r"""asset\(["']([\w.-]+)["']\)""")


def bundle(folder: Path, sources: dict[str, str], *asked: str) -> dict[str, str]:
    """Bundle the asked ones of these modules into the folder's `dist`, and return the manifest."""
    for name, text in sources.items():
        (folder / name).write_text(text)
    (folder / "dist").mkdir(exist_ok=True)
    made = Build(folder / "dist")
    made.bundle([folder / name for name in asked])
    return made.manifest


def test_a_name_changes_with_the_content_and_only_with_it(tmp_path: Path) -> None:
    def build(**files: bytes) -> dict[str, str]:
        made = Build(tmp_path)
        for name, content in files.items():
            made.add(f"{name}.css", content)
        return made.manifest

    first, second = build(app=b"a {}", docs=b"c {}"), build(app=b"b {}", docs=b"c {}")
    assert first["app.css"] != second["app.css"]
    assert first["docs.css"] == second["docs.css"]


def test_a_bundle_changes_with_what_it_imports(tmp_path: Path) -> None:
    page = 'import {a} from "./part.js"; console.log(a)'
    first = bundle(tmp_path, {"page.js": page, "part.js": "export const a = 1"}, "page.js")
    second = bundle(tmp_path, {"page.js": page, "part.js": "export const a = 2"}, "page.js")
    assert first.keys() == second.keys() == {"page.js"}
    assert first["page.js"] != second["page.js"]


def test_what_two_pages_import_is_written_once(tmp_path: Path) -> None:
    page = 'import "./part.js"; console.log("%s")'
    sources = {"a.js": page % "of a", "b.js": page % "of b", "part.js": 'document.title = "theirs"'}
    made = bundle(tmp_path, sources, "a.js", "b.js")
    scripts = {file.name: file.read_text() for file in (tmp_path / "dist").iterdir()}
    (shared,) = scripts.keys() - set(made.values())
    assert "theirs" in scripts[shared]
    assert all(shared in scripts[name] and "theirs" not in scripts[name] for name in made.values())


def test_a_module_that_is_not_there_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bundle(tmp_path, {"page.js": 'import "./lost.js"'}, "page.js")
    assert "lost.js" in capfd.readouterr().err


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    made = Build(tmp_path)
    made.add("app.css", b"a {}")
    with pytest.raises(SystemExit, match=r"app\.css"):
        made.add("app.css", b"b {}")


def test_every_text_lies_compressed_beside_itself(tmp_path: Path) -> None:
    made = Build(tmp_path)
    made.add("app.css", b"a {}")
    made.finish()
    name = made.manifest["app.css"]
    assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == b"a {}"
    assert (tmp_path / f"{name}.br").exists()


def test_whatever_a_template_asks_for_has_been_built() -> None:
    asked = {name for file in TEMPLATES.rglob("*.jinja2") for name in ASSET.findall(file.read_text())}
    assert asked
    assert {name for name in asked if not (DIST / asset(name).rpartition("/")[2]).is_file()} == set()


def test_every_page_shares_one_script() -> None:
    pages = ("layout.js", "board.js", "composer.js", "customers.js", "my-day.js", "tickets.js")
    scripts = [(DIST / asset(name).rpartition("/")[2]).read_text() for name in pages]
    assert len({name for script in scripts for name in re.findall(r'"\./(shared\.\w+\.js)"', script)}) == 1
    assert all('"./shared.' in script for script in scripts)
