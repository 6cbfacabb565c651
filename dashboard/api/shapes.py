"""Shapes: what the analytics API answers about one thing. Health and points are of 100."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from msgspec import Struct

Value = str | float | bool | None
Values = Mapping[str, Value]


class Link(Struct, frozen=True):
    """Where more is told: how the score went, why, and what `seatsignal verify` recomputes."""

    scores: str
    explanation: str
    statement: str


class Line(Struct, frozen=True):
    """A line of the score: 100 plus all lines is the health."""

    name: str
    points: float
    reason: str


class Signal(Struct, frozen=True):
    """A signal that was seen; `gate` is what held it back, empty where nothing did."""

    kind: str
    group: str
    severity: str
    gate: str
    evidence: str


class Override(Struct, frozen=True):
    """A band that somebody set by hand, why, and until when it counts."""

    reason: str
    until: date


class Account(Struct, frozen=True):
    """The latest verdict on an account.

    `interval` is where the health lies by what is not known, `coverage` the share of the weight that is, 0 to
    1. In `inputs` `null` is unknown, and `not_applicable` a question that does not fit the account.
    """

    account: str
    as_of: date
    band: str
    computed_band: str
    override: Override | None
    health: float
    interval: tuple[float, float]
    coverage: float
    contributions: list[Line]
    reasons: list[str]
    inputs: Values
    signals: list[Signal]
    facts: Values
    run: int
    policy: str
    engine: str
    known: str
    links: Link


class Score(Struct, frozen=True):
    """The last verdict of a day: `low` to `high` is the interval of the health."""

    as_of: date
    health: float
    low: float
    high: float
    coverage: float
    band: str
    run: int


class Scores(Struct, frozen=True):
    """A page of scores, the latest day first, and the address of the next one; nothing on the last."""

    data: list[Score]
    next: str | None


class Move(Struct, frozen=True):
    """A measure before and now; `null` is unknown."""

    measure: str
    before: Value
    now: Value


class Change(Struct, frozen=True):
    """What a line of the score gained or lost, and the measures that moved under it."""

    name: str
    points: float
    moves: list[Move]


class Since(Struct, frozen=True):
    """The verdict before."""

    run: int
    as_of: date
    band: str
    health: float


class Delta(Struct, frozen=True):
    """What changed since the verdict before; the changes sum to the points."""

    since: Since
    points: float
    same_rules: bool
    changes: list[Change]
    words: list[str]


class Way(Struct, frozen=True):
    """A measure moved by `change`, and what that makes of the health and the band."""

    measure: str
    change: float
    moves: list[Move]
    health: float
    band: str


class Cap(Struct, frozen=True):
    """What keeps the health from being more than `at`, and the measures for which it does."""

    cap: str
    at: float
    why: Values


class Outlook(Struct, frozen=True):
    """What would change the verdict: the next bands, and the ways there, least to do first."""

    better: str | None
    worse: str | None
    up: list[Way]
    down: list[Way]
    held_by: list[Cap]
    largest: list[Way]
    unknown: list[str]
    words: list[str]


class Stood(Struct, frozen=True):
    """What the health was, or is known now to have been."""

    health: float
    band: str


class Rescored(Struct, frozen=True):
    """A day that was judged again with facts that came late."""

    as_of: date
    run: int
    by_run: int
    told: Stood
    known: Stood


class Stop(Struct, frozen=True):
    """Why an account is sent no nudge, until which day, and the source whose field says so, if one does."""

    reason: str
    until: date | None
    source: str


class Explanation(Struct, frozen=True):
    """Why an account stands as it does: what changed, and what would change it.

    `delta` is `null` where there was no verdict before, and `outlook` too where the policy is not kept. `kin`
    is where the account stands in its family; money there is minor units, points hundredths. `do_not_contact`
    is what lets no nudge leave to it.
    """

    account: str
    as_of: date
    reasons: list[str]
    kin: Mapping[str, Any] | None
    rescored: list[Rescored]
    do_not_contact: Stop | None = None
    delta: Delta | None = None
    outlook: Outlook | None = None


class Worst(Struct, frozen=True):
    """An account at the worse end of a part of a figure."""

    part: str
    account: str
    name: str
    value: float


class Worth(Struct, frozen=True):
    """What a figure comes to on a day: of all `accounts`, `covered` are those that tell anything of it.

    `found` is by segment, then by part; a part of money is named after its currency, in minor units. `bands`
    is the share of values that read each word. `needs` is what is wanting where nothing is told.
    """

    as_of: date
    by: str | None
    accounts: int
    covered: int
    found: Mapping[str, Mapping[str, Any]]
    bands: Mapping[str, Mapping[str, Mapping[str, Any]]]
    worst: list[Worst]
    states: Mapping[str, int]
    needs: str | None


class Figure(Struct, frozen=True):
    """A figure of the book or a measure of accounts: what it means, and what it comes to.

    `value` is `null` where it comes to nothing for the book, and `no_value` says why.
    """

    name: str
    title: str
    unit: str
    definition: str
    formula: str
    no_value: str | None
    value: Worth | None


class Arm(Struct, frozen=True):
    """Accounts of an arm: how many are needed, and how many were drawn."""

    needed: int
    drawn: int


class Experiment(Struct, frozen=True):
    """An experiment as it was planned when it started, and what it told.

    `reading` is `null` until it was read: before that nobody looks at outcomes. With a `variant` of the
    letter `held_out` is who gets the letter as it is.
    """

    name: str
    hypothesis: str
    letter: str
    metric: str
    within_days: int
    baseline_pct: float
    effect_points: float
    hold_out_pct: float
    alpha: float
    power: float
    strata: list[str]
    hash: str
    state: str
    started_on: date
    stopped_on: date | None
    stop_reason: str | None
    read_on: date | None
    arms: Mapping[str, Arm]
    reading: Mapping[str, Any] | None
    variant: Mapping[str, Any] | None = None
