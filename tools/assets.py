"""`make assets`: what the browser loads, under names that carry their content's hash, ready compressed.

A name changes with its content, so browsers may keep a file for ever and never keep a stale one. The modules
that templates ask for are bundled: a page costs one script of its own and one that all pages share.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import brotli

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "static"
DIST = STATIC / "dist"
STYLE_SHEET = "app.css"
THIRD_PARTY = (
    "swagger-ui-dist/swagger-ui.css",
    "swagger-ui-dist/swagger-ui-bundle.js",
    "swagger-ui-dist/swagger-ui-standalone-preset.js",
)
COMPRESSED = (".css", ".js", ".svg", ".json")
HASH_LENGTH = 12
QUALITY = 9  # A tenth of the best quality's time for a twentieth more bytes.
BROWSERS = "--target=es2022"
ASKED = re.compile(r"""<script (type="module" )?src="\{\{ asset\(["']([\w.-]+)["']\) \}\}\"""")
SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=\S+|\n/\*# sourceMappingURL=\S+ \*/")


class Build:
    """One run: files under their hashed names, and the manifest that grows from them."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.manifest: dict[str, str] = {}

    def add(self, name: str, content: bytes) -> None:
        """Write one file as it is."""
        if name in self.manifest:
            raise SystemExit(f"two files are called {name}; the name is how templates ask for one")
        stem, _, kind = name.rpartition(".")
        self.manifest[name] = f"{stem}.{hashlib.sha256(content).hexdigest()[:HASH_LENGTH]}.{kind}"
        (self._target / self.manifest[name]).write_bytes(content)

    def bundle(self, modules: list[Path]) -> None:
        """Write these modules with all they import; what several import is written once and shared."""
        described = self._target / "described.json"
        esbuild(
            "--bundle",
            "--splitting",
            "--format=esm",
            "--entry-names=[name].[hash]",
            "--chunk-names=shared.[hash]",
            f"--outdir={self._target}",
            f"--metafile={described}",
            *map(str, modules),
        )
        for written, about in json.loads(described.read_bytes())["outputs"].items():
            if "entryPoint" in about:
                self.manifest[Path(about["entryPoint"]).name] = Path(written).name
        described.unlink()

    def finish(self) -> None:
        """Lay each text compressed beside itself, and the manifest beside them all."""
        for file in [file for file in self._target.iterdir() if file.suffix in COMPRESSED]:
            compress = cast("Any", brotli).compress
            file.with_name(f"{file.name}.br").write_bytes(compress(file.read_bytes(), quality=QUALITY))
            file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))
        manifest = json.dumps(self.manifest, indent=2) + "\n"
        (self._target / "manifest.json").write_text(manifest, encoding="utf-8")


def esbuild(*options: str, given: bytes | None = None) -> bytes:
    """Run the bundler of the npm lock; it is a program of its own and needs no Node."""
    program = next((ROOT / "node_modules/@esbuild").glob("*/bin/esbuild"), None)
    if program is None:
        raise SystemExit("there is no bundler in node_modules; `make assets` fetches it")
    command = [str(program), "--minify", "--charset=utf8", "--log-level=warning", BROWSERS, *options]
    done = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise SystemExit("the browser's files could not be built")
    return done.stdout


def modules() -> list[Path]:
    """Return the modules that templates ask for: the others only come as a part of these."""
    asked = {name for module, name in _asked() if module}
    return [STATIC / "js" / name for name in sorted(asked)]


def plain_files() -> list[Path]:
    """Return what is served as it is: scripts that are no modules, pictures, and third parties' files."""
    ours = {STATIC / "js" / name for module, name in _asked() if not module}
    pictures = [file for file in STATIC.iterdir() if file.is_file() and not file.name.startswith(".")]
    theirs = [ROOT / "node_modules" / path for path in THIRD_PARTY]
    return [*sorted(file for file in ours if file.exists()), *sorted(pictures), *theirs]


def style_sheet() -> bytes:
    """Return our style sheets as one, in the order of their names."""
    sheets = sorted((STATIC / "css").glob("*.css"))
    return esbuild("--loader=css", given=b"\n".join(sheet.read_bytes() for sheet in sheets))


def _asked() -> list[tuple[str, str]]:
    templates = sorted((ROOT / "templates").rglob("*.jinja2"))
    return [found for file in templates for found in ASKED.findall(file.read_text(encoding="utf-8"))]


def main() -> None:
    """Build everything beside its place, then put it there in one step."""
    new = DIST.with_name(f"{DIST.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    build = Build(new)
    build.bundle(modules())
    build.add(STYLE_SHEET, style_sheet())
    for file in plain_files():
        build.add(file.name, SOURCE_MAP.sub(b"", file.read_bytes()))
    build.finish()
    shutil.rmtree(DIST, ignore_errors=True)
    new.rename(DIST)
    print(f"static/dist holds {len(build.manifest)} files")


if __name__ == "__main__":
    main()
