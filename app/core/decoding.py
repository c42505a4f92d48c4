"""From JSON bytes to a typed struct, with every problem found, not the first."""

from __future__ import annotations

from typing import Any, TypeVar, cast, get_args

import msgspec

from app.core.errors import Invalid, Malformed, Problem

T = TypeVar("T", bound=msgspec.Struct)


def decode_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in `body`; raises Malformed for anything else."""
    try:
        raw: object = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise Malformed(f"The body is not JSON: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise Malformed("The body is not JSON") from error
    if not isinstance(raw, dict):
        raise Malformed("The body must be a JSON object")
    return cast("dict[str, Any]", raw)


def read_struct(kind: type[T], body: bytes) -> T:
    """Return `body` as a `kind`; raises Malformed when unreadable and Invalid with all problems when wrong."""
    raw = decode_object(body)
    problems = find_problems(kind, raw, "#")
    if problems:
        raise Invalid(problems)
    return msgspec.convert(raw, kind)


def find_problems(kind: type[msgspec.Struct], raw: dict[str, Any], at: str) -> list[Problem]:
    """Return what is wrong with `raw` as a `kind`, field by field, below the JSON pointer `at`."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    unknown = [Problem(f"{at}/{_escape(name)}", "is not a known field") for name in raw if name not in fields]
    missing = [
        Problem(f"{at}/{name}", "is required")
        for name, field in fields.items()
        if field.required and name not in raw
    ]
    wrong = [problem for name, value in raw.items() if name in fields
             for problem in _check(fields[name].type, value, f"{at}/{name}")]  # fmt: skip
    return unknown + missing + wrong


def _check(wanted: Any, value: Any, at: str) -> list[Problem]:
    nested = next((part for part in (wanted, *get_args(wanted)) if _is_struct(part)), None)
    if nested is not None and isinstance(value, dict):
        return find_problems(nested, cast("dict[str, Any]", value), at)
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        return [Problem(at, str(error).partition(" - at ")[0])]
    return []


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
