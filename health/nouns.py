"""The five nouns everything else is said in: Record, Assessment, Flag, Notice, Receipt.

Records live in `health.records`; the other four are here. All are frozen values. An instant is an
integer number of milliseconds since 1970-01-01 UTC (``…_ms``); a day is a `datetime.date`; money is
an integer number of minor units (``…_minor``) beside an ISO 4217 code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import partial
from typing import NamedTuple

Band = str  # one of BANDS
BANDS = ("at_risk", "watch", "healthy", "unknown")


class NotApplicable(StrEnum):
    """The second of an input's three states: the question does not fit this account."""

    NOT_APPLICABLE = "not_applicable"


NOT_APPLICABLE = NotApplicable.NOT_APPLICABLE
Input = float | NotApplicable | None
"""A value, not applicable, or unknown (`None`)."""


class Contribution(NamedTuple):
    """One line of a score. ``points`` are hundredths; 10,000 plus all lines is the score exactly."""

    name: str
    points: int
    reason: str


line = partial(tuple.__new__, Contribution)
"""A contribution of a tuple, in a third of the time: for what runs for every line of every account."""


class Score(NamedTuple):
    """What an engine answers, in hundredths of a point (0 to 10,000).

    ``low`` and ``high`` are the score if every unknown input were at its worst or best. ``coverage``
    is the share of weight that is known, 0 to 1. ``contributions`` sum with 10,000 to ``points`` exactly.
    """

    points: int
    low: int
    high: int
    coverage: float
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """A condition found in the facts, with its evidence in plain words.

    ``group`` says what it is for: ``risk`` or ``expansion``. ``gate`` names the gate that stopped it,
    or is empty. Severity is ``high`` (outside the alert budget, at any coverage) or ``normal``.
    """

    kind: str
    group: str
    evidence: str
    severity: str = "normal"
    gate: str = ""


class Inputs(Mapping[str, Input]):
    """Measures by name, without a table of their own: nearly all are stored and never asked for."""

    __slots__ = ("_names", "_values")

    def __init__(self, names: tuple[str, ...], values: tuple[Input, ...]) -> None:
        """Hold as many values as names."""
        self._names = names
        self._values = values

    def __getitem__(self, name: str) -> Input:
        """Return a measure by its name."""
        try:
            return self._values[self._names.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        """Yield the names in order."""
        return iter(self._names)

    def __len__(self) -> int:
        """Count the measures."""
        return len(self._names)

    def __repr__(self) -> str:
        """Show what a mapping shows."""
        return repr(dict(self))

    def of(self, names: tuple[str, ...]) -> tuple[Input, ...]:
        """Return the values of some names; unknown where there is no such measure."""
        return self._values if names == self._names else tuple(self.get(name) for name in names)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one account on one day.

    ``inputs`` are the measures the score rests on, by name, and ``traits`` the texts that rules compare;
    ``facts`` are figures that notices quote (renewal date, revenue at risk …), plain values only.
    ``undecided`` are the kinds of signal that are neither met nor cleared, because an input is unknown or
    lies between the two thresholds: they open no flag and close none.
    """

    account: int
    as_of: date
    score: Score
    band: Band
    inputs: Inputs
    signals: tuple[Signal, ...] = ()
    facts: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    term: str = ""
    undecided: tuple[str, ...] = ()
    traits: Mapping[str, str | None] = field(default_factory=dict)


class Why(StrEnum):
    """Why `decide` says something, or says nothing."""

    FIRST = "first"
    WORSENED = "worsened"
    WINDOW_OPENED = "window_opened"
    REPEAT_DUE = "repeat_due"
    RECOVERED = "recovered"
    CORRECTED = "corrected"
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Flag:
    """A standing condition, keyed by account, kind, reason and term. An alert lists a term's flags.

    ``state`` is one of ok, firing, acknowledged, snoozed, resolved; ``until`` is the day on which a snooze is
    over. ``gate`` says what suppressed it.
    """

    account: int
    kind: str
    reason: str
    term: str
    state: str
    why: Why
    severity: str = "normal"
    evidence: str = ""
    gate: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Any outbound item. ``key`` names the effect: one key is one visible thing in the world.

    ``kind`` is ``message`` (ordered within its ``thread``) or ``state`` (the newest replaces older).
    ``payload`` is the structured content as JSON text, ``body`` the rendered bytes (empty until then).
    ``owner`` is the person the notice is for: an address, a channel or a record id, as the destination
    understands it. ``remote`` is the destination's id of the thread's first message, where there is one.
    ``stake`` is what is at stake in it (`health.precedence`), `None` of what speaks of no account. Of a state
    ``before`` are the bodies that its record has from us, or may have, and ``taken`` the fields that a person
    changed and has given back since; ``job`` is the destination's id of the work on its record that was not
    done when it was last asked about (`UNDER_WAY`). ``withheld`` says why it is never to be sent: it is kept
    as suppressed.
    """

    key: str
    destination: str
    kind: str
    thread: str
    account: int
    template: str
    owner: str
    payload: str
    body: bytes = b""
    attempt: int = 0
    id: int = 0
    remote: str = ""
    stake: int | None = None
    before: tuple[bytes, ...] = ()
    taken: frozenset[str] = frozenset()
    job: str = ""
    withheld: str = ""


UNDER_WAY = "under_way"
"""Why a state is looked at again: the destination has it, and works on it. `Receipt.remote` is the job."""


class Edit(NamedTuple):
    """A field of ours that a person changed, by the destination's name of it: left alone, and told."""

    field: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """A destination's answer to one notice.

    ``outcome``: ``sent``, ``retry`` (after ``after_s`` seconds), ``deferred`` (it was not tried, and waits in
    its place), ``later`` (its own time comes in ``after_s`` seconds), ``rejected`` (this notice can never be
    sent: quarantine), ``suppressed`` (it must not be sent any more) or ``unknown`` (it may have been sent:
    never again by itself). ``remote`` is the destination's id of what it made. ``reason`` is a metric label,
    never a secret or an address. ``edits`` are the fields that were left as a person made them.
    """

    key: str
    outcome: str
    reason: str = ""
    remote: str = ""
    after_s: float = 0.0
    edits: tuple[Edit, ...] = ()
