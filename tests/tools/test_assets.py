"""The builder of static/dist: names follow content, and modules follow the names."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tools.assets import Build

if TYPE_CHECKING:
    from pathlib import Path


def build(folder: Path, sources: dict[str, str]) -> dict[str, str]:
    """Build these sources into the folder and return the manifest."""
    made = Build({name: text.encode() for name, text in sources.items()}, folder)
    for name in sources:
        made.add(name)
    return made.manifest


def test_a_name_changes_with_the_content_and_only_with_it(tmp_path: Path) -> None:
    first = build(tmp_path, {"app.css": "a {}", "page.js": "1"})
    second = build(tmp_path, {"app.css": "b {}", "page.js": "1"})
    assert first["app.css"] != second["app.css"]
    assert first["page.js"] == second["page.js"]


def test_a_module_imports_the_hashed_name_and_changes_with_what_it_imports(tmp_path: Path) -> None:
    page = 'import {a} from "./part.js"'
    first = build(tmp_path, {"page.js": page, "part.js": "export const a = 1"})
    second = build(tmp_path, {"page.js": page, "part.js": "export const a = 2"})
    assert f'from "./{first["part.js"]}"' in (tmp_path / first["page.js"]).read_text()
    assert first["page.js"] != second["page.js"]


def test_every_text_lies_compressed_beside_itself(tmp_path: Path) -> None:
    name = build(tmp_path, {"app.css": "a {}"})["app.css"]
    assert gzip.decompress((tmp_path / f"{name}.gz").read_bytes()) == b"a {}"
    assert (tmp_path / f"{name}.br").exists()


def test_modules_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="circle"):
        build(tmp_path, {"a.js": 'import "./b.js"', "b.js": 'import "./a.js"'})


def test_a_module_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"page\.js imports lost\.js"):
        build(tmp_path, {"page.js": 'import "./lost.js"'})
