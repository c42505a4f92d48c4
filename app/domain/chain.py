"""Recompute a timeline's hash chain, and say where it was broken.

The canonical form is the one of tables/sql/03_timeline.sql: a line a field. Nothing here asks the database to judge
itself; the same few lines can be written in any language.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

VERSION: Final = "crm-activity-v1"
ERASED: Final = "customer_erased"
MERGED: Final = "customer_merged"
LOST: Final = "has lost its text, and nothing says that it was erased"


class Link(NamedTuple):
    """An entry as its hash was taken over it, and its text beside it."""

    id: str
    customer_id: str
    lead_id: str | None
    seq: int
    kind: str
    actor_id: str
    on_behalf_of: str | None
    occurred_at: str
    recorded_at: str
    data: str
    commitment: bytes | None
    corrects_id: str | None
    prev_hash: bytes | None
    hash: bytes
    salt: bytes | None
    body: str | None


class Head(NamedTuple):
    """The end of a customer's chain: how many entries, and the hash of the last; and who goes on with it, if merged."""

    customer_id: str
    seq: int
    hash: bytes | None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """One place where a chain is not as it was written."""

    customer_id: str
    seq: int
    problem: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What was found in one customer's chain."""

    customer_id: str
    entries: int
    since: str | None
    erased_at: str | None
    head: bytes | None
    breaks: tuple[Break, ...]
    merged_into: str | None = None
    textless: tuple[int, ...] = ()

    @property
    def ok(self) -> bool:
        """True when every entry is as it was written."""
        return not self.breaks

    def settled(self, *, erased: bool) -> ChainReport:
        """Return the report of a merged chain: its lost texts are in order only if who is left was erased."""
        lost = () if erased else tuple(Break(self.customer_id, seq, LOST) for seq in self.textless)
        return replace(self, breaks=(*self.breaks, *lost), textless=())

    def with_merged(self, merged: list[ChainReport]) -> ChainReport:
        """Return the report with those of the chains merged into this one; each of their breaks says where it is."""
        theirs = [
            replace(found, problem=f"{found.problem} (in the history merged from {report.customer_id})")
            for report in merged
            for found in report.settled(erased=self.erased_at is not None).breaks
        ]
        return replace(
            self,
            entries=self.entries + sum(report.entries for report in merged),
            since=min((each.since for each in (self, *merged) if each.since), default=None),
            breaks=(*self.breaks, *theirs),
        )


def canonical(link: Link) -> str:
    """Return the text that an entry's hash is taken over."""
    fields = (
        VERSION, link.id, link.customer_id, link.lead_id or "", str(link.seq), link.kind, link.actor_id,
        link.on_behalf_of or "", link.occurred_at, link.recorded_at, link.data, _hex(link.commitment),
        link.corrects_id or "", _hex(link.prev_hash),
    )  # fmt: skip
    return "\n".join(fields)


@dataclass(slots=True)
class ChainCheck:
    """Takes one customer's entries in order; `finish` says what is wrong with them."""

    head: Head
    anchored: Head | None = None
    _seq: int = 0
    _hash: bytes | None = None
    _since: str | None = None
    _erased_at: str | None = None
    _last: str = ""
    _textless: list[int] = field(default_factory=list[int])
    _breaks: list[Break] = field(default_factory=list[Break])

    def add(self, link: Link) -> None:
        """Check the next entry by itself and against the one before."""
        self._check_place(link)
        if hashlib.sha256(canonical(link).encode()).digest() != link.hash:
            self._note(link.seq, "was changed: its hash is not the hash of what it says")
        self._check_text(link)
        if self.anchored is not None and link.seq == self.anchored.seq and link.hash != self.anchored.hash:
            self._note(link.seq, "is not the entry that was anchored: the chain was rewritten")
        if link.kind == ERASED:
            self._erased_at, self._textless = link.occurred_at, []
        self._seq, self._hash, self._since = link.seq, link.hash, self._since or link.recorded_at
        self._last = link.kind

    def finish(self) -> ChainReport:
        """Compare the end with the customer's head and the anchor; return everything found."""
        if self._seq < self.head.seq:
            self._note(self._seq + 1, f"is missing: the chain was cut, it had {self.head.seq} entries")
        elif self._seq > self.head.seq:
            self._note(self.head.seq + 1, "was put in behind the end of the chain")
        elif self._hash != self.head.hash:
            self._note(self._seq, "is not the entry that the chain ended with")
        if self.anchored is not None and self._seq < self.anchored.seq:
            self._note(self.anchored.seq, "was anchored and is missing")
        # A pointer that the chain itself does not speak of excuses nothing.
        merged_into = self.head.merged_into if self._last == MERGED else None
        for seq in () if merged_into else self._textless:
            self._note(seq, LOST)
        return ChainReport(
            self.head.customer_id,
            self._seq,
            self._since,
            self._erased_at,
            self._hash,
            tuple(sorted(self._breaks, key=lambda found: found.seq)),
            merged_into,
            tuple(self._textless) if merged_into else (),
        )

    def _check_place(self, link: Link) -> None:
        if link.seq > self._seq + 1:
            more = link.seq - self._seq - 2
            self._note(self._seq + 1, f"was deleted{f', and so were the {more} after it' if more else ''}")
        elif link.prev_hash != self._hash:
            problem = f"does not follow from entry {self._seq}: one of them was replaced, moved or put in"
            self._note(link.seq, problem)

    def _check_text(self, link: Link) -> None:
        if link.body is None or link.salt is None:
            if link.commitment is not None:
                self._textless.append(link.seq)
        elif hashlib.sha256(link.salt + link.body.encode()).digest() != link.commitment:
            self._note(link.seq, "has another text than the one it was written with")

    def _note(self, seq: int, problem: str) -> None:
        self._breaks.append(Break(self.head.customer_id, seq, problem))


def _hex(value: bytes | None) -> str:
    return "" if value is None else value.hex()
