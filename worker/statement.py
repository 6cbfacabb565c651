"""Statement: one verdict with all it rests on, to be kept anywhere and recomputed by anybody.

It states measures, not facts: that the measures are those of the facts is not proven here, but that the
verdict follows from them under the policy stated. Whoever has the facts can look (`worker.recompute`).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import Meta, Struct

from config.errors import Actionable
from config.policy import PolicyError, stated
from health.judge import ENGINE_VERSION, Conclusion, conclude
from health.nouns import NOT_APPLICABLE, Assessment, Input, NotApplicable
from health.policy import Policy
from health.rules import measures_of
from worker.seal import broken, seal

if TYPE_CHECKING:
    from store.verdicts import Verdict

FORMAT = "seatsignal-statement/1"
POLICY = "policy.data"
"""Where a policy is told of that this version cannot read."""
LIMIT = 10_000_000
"""Bytes of a statement that are still read."""
State = float | Literal["unknown", "not_applicable"]


class Unreadable(Actionable):
    """A text that is no statement of ours, or a damaged one."""


class _Strict(Struct, frozen=True, forbid_unknown_fields=True):
    pass


class _Line(_Strict, frozen=True):
    name: str
    points: int
    reason: str


class _Signal(_Strict, frozen=True):
    kind: str
    group: str
    severity: str
    gate: str
    evidence: str


class _Verdict(_Strict, frozen=True):
    points: int
    low: int
    high: int
    coverage: float
    band: str
    contributions: tuple[_Line, ...]
    signals: tuple[_Signal, ...]
    undecided: tuple[str, ...]
    expansion: bool
    profile: str


class _Policy(_Strict, frozen=True):
    hash: str
    data: dict[str, Any]


class _Seal(_Strict, frozen=True):
    parts: dict[str, str]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Statement(_Strict, frozen=True):
    """What a statement holds; ``points``, ``low`` and ``high`` in hundredths of a point."""

    format: Literal["seatsignal-statement/1"]
    account: str
    as_of: date
    run: int
    known: dict[str, int]
    pulse: dict[str, Any]
    measures: dict[str, State]
    traits: dict[str, str | None]
    policy: _Policy
    engine_version: str
    verdict: _Verdict
    seal: _Seal


class Difference(NamedTuple):
    """A place of a statement where it does not hold, and what is wrong there."""

    at: str
    says: str


class Checked(NamedTuple):
    """What became of checking a statement: it holds if there are no differences."""

    statement: Statement
    differences: tuple[Difference, ...]
    note: str

    @property
    def readable(self) -> bool:
        """Whether the policy stated is one that this version can read."""
        return not any(each.at == POLICY for each in self.differences)


# -- making ------------------------------------------------------------------------------------------


def statement(found: "Verdict", policy: Policy) -> dict[str, object]:
    """Return the statement of a stored verdict. Raises `Unreadable` if it was stored without its texts."""
    now = found.assessment
    if not now.traits:
        raise Unreadable("the verdict was stored by a version that kept too little; run `seatsignal assess`")
    document: dict[str, object] = {
        "format": FORMAT,
        "account": found.key,
        "as_of": now.as_of.isoformat(),
        "run": found.run,
        "known": json.loads(found.known),
        "pulse": json.loads(found.pulse),
        "measures": {name: _state(value) for name, value in now.inputs.items()},
        "traits": dict(now.traits),
        "policy": {"hash": policy.hash, "data": json.loads(policy.data)},
        "engine_version": found.engine_version,
        "verdict": _verdict(_conclusion(now)),
    }
    return {**document, "seal": seal(document)}


def _conclusion(now: Assessment) -> Conclusion:
    return Conclusion(
        now.score,
        now.band,
        now.signals,
        now.undecided,
        room=bool(now.facts.get("expansion")),
        profile=str(now.facts.get("profile")),
        stale="stale" in now.facts,
    )


def _state(value: Input) -> State:
    if value is None:
        return "unknown"
    return "not_applicable" if isinstance(value, NotApplicable) else value


def _verdict(found: Conclusion) -> dict[str, object]:
    score = found.score
    return {
        "points": score.points,
        "low": score.low,
        "high": score.high,
        "coverage": score.coverage,
        "band": found.band,
        "contributions": [line._asdict() for line in score.contributions],
        "signals": [
            {"kind": s.kind, "group": s.group, "severity": s.severity, "gate": s.gate, "evidence": s.evidence}
            for s in found.signals
        ],
        "undecided": list(found.undecided),
        "expansion": found.room,
        "profile": found.profile,
    }


# -- checking ----------------------------------------------------------------------------------------


def check(text: bytes) -> Checked:
    """Check a statement: its seal, its policy, and its verdict, judged again from the measures it states.

    Raises `Unreadable` where it is none, or damaged so that it cannot be read.
    """
    document = _document(text)
    try:
        read = msgspec.convert(document, Statement)
    except msgspec.ValidationError as error:
        raise Unreadable(f"no statement of Seatsignal's, or a damaged one: {error}") from None
    sealed = {name: value for name, value in document.items() if name != "seal"}
    found = [Difference(path, "is not what was sealed") for path in broken(sealed, document["seal"])]
    found += _rejudged(read, document["verdict"])
    note = ""
    if read.engine_version != ENGINE_VERSION:
        note = f"judged by engine {read.engine_version}, checked by engine {ENGINE_VERSION}"
        note += ": a figure may differ for that alone" if found else ", which comes to the same"
    return Checked(read, tuple(found), note)


def _document(text: bytes) -> dict[str, Any]:
    if len(text) > LIMIT:
        raise Unreadable(f"over {LIMIT:,} bytes: no statement is as long")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON, or damaged") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Unreadable(f"no statement of Seatsignal's: its format is not {FORMAT}")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    value = float(digits)
    return value if abs(value) != float("inf") else _no_number(digits)


def _rejudged(read: Statement, verdict: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs from the verdict that follows from the measures; one not stated is unknown."""
    try:
        policy = policy_of(read)
    except PolicyError as error:
        yield Difference(POLICY, f"is no policy that this version can read: {error.problems[0]}")
        return
    if policy.hash != read.policy.hash:
        yield Difference("policy.hash", f"stated {read.policy.hash}, of the policy's data {policy.hash}")
    follows = conclude(measures_of(_inputs(read), read.traits), policy)
    yield from compared(verdict, _verdict(follows), "verdict")


def policy_of(read: Statement) -> Policy:
    """Return the policy that a statement states. Raises `PolicyError` if this version cannot read it."""
    return _policy(json.dumps(read.policy.data))


@lru_cache(maxsize=4)
def _policy(text: str) -> Policy:
    return stated(json.loads(text))


def _inputs(read: Statement) -> Mapping[str, Input]:
    return {name: _input(value) for name, value in read.measures.items()}


def _input(value: State) -> Input:
    if isinstance(value, str):
        return None if value == "unknown" else NOT_APPLICABLE
    return float(value)


def remeasured(read: Statement, again: Assessment) -> Iterator[Difference]:
    """Yield the measures and texts stated that are not those of a verdict by the facts as then known."""
    yield from compared(
        read.measures, {name: _state(each) for name, each in again.inputs.items()}, "measures"
    )
    yield from compared(read.traits, again.traits, "traits")


def compared(stated: Any, found: Any, path: str) -> Iterator[Difference]:  # noqa: ANN401 - any JSON
    """Yield each place under a path where what was found is not what is stated."""
    if isinstance(stated, Mapping) and isinstance(found, Mapping):
        for name in dict.fromkeys((*stated, *found)):
            yield from compared(stated.get(name), found.get(name), f"{path}.{name}")
    elif isinstance(stated, list) and isinstance(found, list) and len(stated) == len(found):
        for at, (one, other) in enumerate(zip(stated, found, strict=True)):
            yield from compared(one, other, f"{path}.{at}")
    elif stated != found:
        yield Difference(path, f"stated {_shown(stated)}, recomputed {_shown(found)}")


def _shown(value: object) -> str:
    return f"{len(value)} of them" if isinstance(value, list) else json.dumps(value, ensure_ascii=False)
