"""`make assets`: what the browser loads, under names that carry their content's hash, ready compressed.

A name changes with its content, so browsers may keep a file for ever and never keep a stale one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any, cast

import brotli

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
STYLE_SHEET = "app.css"
THIRD_PARTY = (
    "htmx.org/dist/htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js",
    "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui-standalone-preset.js",
)
COMPRESSED = (".css", ".js", ".svg", ".json")
HASH_LENGTH = 12
QUALITY = 9  # A tenth of the best quality's time for a twentieth more bytes.
IMPORT = re.compile(r"""((?:from|import)\s*\(?\s*["'])\./([\w.-]+\.js)(["'])""")
SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=\S+|\n/\*# sourceMappingURL=\S+ \*/")


class Build:
    """One run: files by their plain name, and the manifest that grows from them."""

    def __init__(self, sources: dict[str, bytes], target: Path) -> None:
        self._sources = sources
        self._target = target
        self._opened: list[str] = []
        self.manifest: dict[str, str] = {}

    def add(self, name: str) -> str:
        """Write one file, after the modules it imports; return its hashed name."""
        if name in self.manifest:
            return self.manifest[name]
        if name in self._opened:
            raise SystemExit(f"modules import each other in a circle: {' → '.join([*self._opened, name])}")
        self._opened.append(name)
        content = self._sources[name]
        if name.endswith(".js"):
            content = IMPORT.sub(self._import, content.decode()).encode()
        self._opened.pop()
        stem, _, kind = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:HASH_LENGTH]}.{kind}"
        self._write(self._target / hashed, content)
        self.manifest[name] = hashed
        return hashed

    def _import(self, found: re.Match[str]) -> str:
        before, name, after = found.groups()
        if name not in self._sources:
            raise SystemExit(f"{self._opened[-1]} imports {name}, which is not in static/js")
        return f"{before}./{self.add(name)}{after}"

    def _write(self, file: Path, content: bytes) -> None:
        file.write_bytes(content)
        if file.suffix in COMPRESSED:
            compress = cast("Any", brotli).compress
            file.with_name(f"{file.name}.br").write_bytes(compress(content, quality=QUALITY))
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(content, mtime=0))


def sources() -> dict[str, bytes]:
    """Return every file by its plain name: our style sheets as one, the rest of ours, and third parties'."""
    sheets = sorted((STATIC / "css").glob("*.css"))
    found = {STYLE_SHEET: b"\n".join(sheet.read_bytes() for sheet in sheets)}
    ours = (file for file in sorted(STATIC.rglob("*")) if file.is_file() and not _is_left_out(file))
    theirs = (ROOT / "node_modules" / path for path in THIRD_PARTY)
    for file in (*ours, *theirs):
        if file.name in found:
            raise SystemExit(f"two files are called {file.name}; the name is how templates ask for one")
        found[file.name] = SOURCE_MAP.sub(b"", file.read_bytes())
    return found


def _is_left_out(file: Path) -> bool:
    top = file.relative_to(STATIC).parts[0]
    return top in ("css", DIST.name, f"{DIST.name}.new") or file.name.startswith(".")


def main() -> None:
    """Build everything beside its place, then put it there in one step."""
    new = DIST.with_name(f"{DIST.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    files = sources()
    build = Build(files, new)
    for name in files:
        build.add(name)
    (new / "manifest.json").write_text(json.dumps(build.manifest, indent=2) + "\n", encoding="utf-8")
    shutil.rmtree(DIST, ignore_errors=True)
    new.rename(DIST)
    print(f"static/dist holds {len(build.manifest)} files")


if __name__ == "__main__":
    main()
