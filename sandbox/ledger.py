"""The effect ledger: what a person would have seen, by key."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec

System = Literal["slack", "teams", "mattermost", "email", "sink", "crm", "helpdesk", "webhook"]
Action = Literal["post", "update", "mail", "write"]

NEW_THINGS: frozenset[Action] = frozenset({"post", "mail"})


class Effect(msgspec.Struct, frozen=True):
    """One thing that became visible.

    `seq` counts from 1, `at_ms` is Unix time in milliseconds, `ordinal` is the sender's own
    position in the thread (sink only).
    """

    seq: int
    system: System
    action: Action
    key: str
    thread: str
    account: str
    channel_or_to: str
    text: str
    at_ms: int
    ordinal: int | None = None


class Summary(msgspec.Struct, frozen=True):
    """Counts over effects.

    `duplicates` are new visible things under a key that had one before; `disorder` counts effects
    whose thread had already shown a higher ordinal when they first appeared.
    """

    effects: int
    unique: int
    duplicates: int
    disorder: int


@dataclass(slots=True)
class _Tally:
    effects: int = 0
    duplicates: int = 0
    disorder: int = 0
    keys: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    highest: dict[str, int] = field(default_factory=dict)

    def add(self, effect: Effect) -> None:
        self.effects += 1
        if effect.key not in self.keys:
            self._place(effect)
        self.keys.add(effect.key)
        if effect.action in NEW_THINGS:
            self.duplicates += effect.key in self.shown
            self.shown.add(effect.key)

    def _place(self, effect: Effect) -> None:
        if effect.ordinal is None:
            return
        highest = self.highest.get(effect.thread, effect.ordinal)
        self.disorder += effect.ordinal < highest
        self.highest[effect.thread] = max(highest, effect.ordinal)

    def summary(self) -> Summary:
        return Summary(self.effects, len(self.keys), self.duplicates, self.disorder)


class Ledger:
    """Append-only record of effects, in memory and, if a file is given, as JSON Lines on disk.

    An existing file is read first, so the judge outlives its own restart. Each effect reaches the
    file in one write before the sender gets its answer; a line torn by a kill is cut off.
    """

    def __init__(self, file: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._effects: list[Effect] = []
        self._tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._file = file.open("a+b", buffering=0) if file else None
        self._load()

    def _load(self) -> None:
        if self._file is None:
            return
        self._file.seek(0)
        stored = self._file.read()
        whole = stored[: stored.rfind(b"\n") + 1]
        self._file.truncate(len(whole))
        for effect in msgspec.json.Decoder(Effect).decode_lines(whole):
            self._admit(effect)

    def _admit(self, effect: Effect) -> None:
        self._effects.append(effect)
        self._tallies[effect.system].add(effect)

    def record(
        self,
        *,
        system: System,
        action: Action,
        key: str,
        thread: str = "",
        account: str = "",
        channel_or_to: str = "",
        text: str = "",
        ordinal: int | None = None,
    ) -> Effect:
        """Append one effect; it is on disk when this returns."""
        at_ms = round(self._clock() * 1000)
        seq = len(self._effects) + 1
        effect = Effect(seq, system, action, key, thread, account, channel_or_to, text, at_ms, ordinal)
        if self._file is not None:
            self._file.write(msgspec.json.encode(effect) + b"\n")
        self._admit(effect)
        return effect

    def holds(self, system: System, key: str) -> bool:
        """Whether the key has had any effect in that system."""
        return key in self._tallies[system].keys

    def effects(self, *, since: int = 0, system: System | None = None) -> list[Effect]:
        """Effects after sequence number `since`, oldest first."""
        return [effect for effect in self._effects[since:] if system in {None, effect.system}]

    def by_system(self) -> dict[str, Summary]:
        """Counts of each system that has had an effect."""
        return {name: tally.summary() for name, tally in self._tallies.items() if tally.effects}

    def summary(self) -> Summary:
        """Counts over all systems; a key counts once per system."""
        parts = self.by_system().values()
        return Summary(
            sum(part.effects for part in parts),
            sum(part.unique for part in parts),
            sum(part.duplicates for part in parts),
            sum(part.disorder for part in parts),
        )

    def clear(self) -> None:
        """Forget everything, on disk too."""
        self._effects.clear()
        self._tallies.clear()
        if self._file is not None:
            self._file.truncate(0)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
