"""The scoring rules as a form: read whole, each problem noted at its field, and shown as it was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.errors import Invalid
from app.domain.scoring.drafting import CAP, POINTS, SCALE, Span, check_rules
from app.domain.scoring.rules import Rule, Rules, TouchRule
from app.web.forms import Form

if TYPE_CHECKING:
    from collections.abc import Mapping

LABELS: Final = {
    "start": "Every lead starts with",
    "fit_cap": "Fit counts for at most",
    "engagement_cap": "Engagement counts for at most",
    "half_life_days": "Engagement halves after (days)",
}
GROUPS: Final = {"fit": "Fit", "touches": "Engagement", "penalties": "Less for"}
COLUMNS: Final = {
    "label": "Label", "field": "Looks at", "values": "Is one of", "at_least": "From", "below": "Below",
    "points": "Points", "cap": "At most",
}  # fmt: skip
_OF_A_LEAD: Final = ("label", "field", "values", "at_least", "below", "points")
CELLS: Final = {"fit": _OF_A_LEAD, "touches": ("label", "field", "points", "cap"), "penalties": _OF_A_LEAD}
SPARE: Final = 2
MOST_ROWS: Final = 110
BOUND: Final = Span(-1_000_000, 1_000_000, whole=False)


def read_rules(form: Form) -> Rules:
    """Read a draft; a row without a label is left out. Raises Invalid, everything wrong noted in the form."""
    rows = {group: _labelled(form, group) for group in GROUPS}
    scale = {name: _number(form, name, span) for name, span in SCALE.items()}
    rules = Rules(
        start=int(scale["start"]),
        fit=tuple(_rule(form, row, POINTS["fit"]) for row in rows["fit"]),
        touches=tuple(_touch(form, row) for row in rows["touches"]),
        penalties=tuple(_rule(form, row, POINTS["penalties"]) for row in rows["penalties"]),
        fit_cap=int(scale["fit_cap"]),
        engagement_cap=int(scale["engagement_cap"]),
        half_life_days=scale["half_life_days"],
    )
    try:
        check_rules(rules)
    except Invalid as error:
        for problem in error.problems:
            form.note(_name(problem.pointer, rows), f"This {problem.detail}")
    form.check()
    return rules


def form_of(rules: Rules, kept: Mapping[str, str]) -> Form:
    """Return the form that holds these rules, and `kept` beside them."""
    values = dict(kept) | {name: _shown(getattr(rules, name)) for name in LABELS}
    for group in GROUPS:
        for place, rule in enumerate(getattr(rules, group)):
            values |= {f"{group}-{place}-{name}": _shown(getattr(rule, name)) for name in CELLS[group]}
    return Form(values)


def rows_of(form: Form, group: str) -> list[str]:
    """Return the names of the rows to show: those with anything in them, and some to write into."""
    typed = [name for name in CELLS[group] if name != "field"]
    full = [n for n in range(MOST_ROWS) if any(form.text(f"{group}-{n}-{name}") for name in typed)]
    after = full[-1] + 1 if full else 0
    return [f"{group}-{place}" for place in (*full, *range(after, after + SPARE))]


def problems(form: Form) -> list[tuple[str, str, str]]:
    """Return what is wrong: the name of the field, what the screen calls it, and the problem."""
    return [(name, _called(form, name), words) for name, words in form.errors.items()]


def _called(form: Form, name: str) -> str:
    row, _, column = name.rpartition("-")
    if not row:
        return LABELS.get(name, "The number of rules")
    return f"“{form.text(f'{row}-label')}”, {COLUMNS[column]}"


def _name(pointer: str, rows: Mapping[str, list[str]]) -> str:
    """Return the field that a pointer such as `#/fit/0/points` means: some rows of the form may be left out."""
    group, _, rest = pointer.removeprefix("#/").partition("/")
    place, _, column = rest.partition("/")
    return f"{rows[group][int(place)]}-{column}" if rest else group


def _labelled(form: Form, group: str) -> list[str]:
    names = [f"{group}-{place}" for place in range(MOST_ROWS)]
    return [name for name in names if form.text(f"{name}-label")]


def _rule(form: Form, row: str, points: Span) -> Rule:
    values = tuple(
        word for part in form.text(f"{row}-values").split(",") if (word := " ".join(part.split()).casefold())
    )
    return Rule(
        label=form.text(f"{row}-label"),
        points=int(_number(form, f"{row}-points", points)),
        field=form.text(f"{row}-field"),
        values=values,
        at_least=_bound(form, f"{row}-at_least"),
        below=_bound(form, f"{row}-below"),
    )


def _touch(form: Form, row: str) -> TouchRule:
    points = int(_number(form, f"{row}-points", POINTS["touches"]))
    return TouchRule(
        form.text(f"{row}-label"), points, form.text(f"{row}-field"), int(_number(form, f"{row}-cap", CAP))
    )


def _bound(form: Form, name: str) -> float | None:
    return _number(form, name, BOUND) if form.text(name) else None


def _number(form: Form, name: str, span: Span) -> float:
    """Return the number typed; notes what is none of the span, and returns one that is."""
    try:
        value = float(form.text(name).replace(",", "."))
    except ValueError:
        value = float("nan")
    if span.holds(value):
        return value
    form.note(name, f"This {span.words}")
    return span.least


def _shown(value: str | float | tuple[str, ...] | None) -> str:
    """Return what somebody would type for it."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return value if isinstance(value, str) else "" if value is None else f"{value:.10g}"
