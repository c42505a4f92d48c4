"""A small JSON file as a store: what the neighbours remember between two starts."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from app.core.settings import BadSetting

if TYPE_CHECKING:
    from pathlib import Path


class JsonFile:
    """One JSON object on disk, replaced as a whole, so that a crash leaves the old or the new one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        """Return the stored object, empty when there is none yet."""
        try:
            return json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise BadSetting(
                f"{self.path} cannot be read ({error}); delete it to start the sandbox afresh"
            ) from error

    def write(self, content: dict[str, Any]) -> None:
        """Replace the stored object; it is on disk when this returns."""
        write_private(self.path, json.dumps(content, ensure_ascii=False, indent=1).encode())


def write_private(path: Path, content: bytes) -> None:
    """Replace a file that only its owner may read, atomically and durably."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
