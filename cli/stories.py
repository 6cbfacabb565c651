"""What each of the demo's stories should get, and what the ledger says it got."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SILENCE = "silence_for_all_others"
_SYSTEMS = ("slack", "crm", "email")
_ANSWER = "/answer/"
_OPERATORS = "operator/"
"""What keys of notices to operators begin with; the kind of incident and its source follow."""
_RECORD = "write"
"""What the ledger calls a change of a CRM's record."""


@dataclass(frozen=True, slots=True)
class Story:
    """One story: messages expected and got, by system."""

    name: str
    expected: dict[str, int]
    got: dict[str, int]

    @property
    def ok(self) -> bool:
        """Whether it got exactly what it should."""
        return self.expected == self.got

    def shown(self) -> dict[str, object]:
        """Return the story as the demo's JSON has it."""
        return {"name": self.name, "expected": self.expected, "got": self.got, "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Told:
    """All stories, and the ledger's own counts. ``delivered`` counts what is new in this run.

    ``records`` counts the CRM's records that say something new: they are the book, no message to anybody.
    """

    stories: tuple[Story, ...]
    delivered: dict[str, int]
    records: int
    unique: int
    duplicates: int

    @property
    def ok(self) -> bool:
        """Whether every story is right and nothing is doubled."""
        return self.duplicates == 0 and all(story.ok for story in self.stories)


def told(stories_file: Path, ledger: dict[str, Any], seen_before: int) -> Told:
    """Compare the stories with the ledger; ``seen_before`` effects are an earlier demo's.

    What the visitor of a demo answered to an alert is no part of any story.
    """
    written = json.loads(stories_file.read_text())
    told_by_us = [effect for effect in ledger["effects"] if _ANSWER not in effect["key"]]
    messages = [effect for effect in told_by_us if effect["action"] != _RECORD]
    got = _by_matter(messages)
    stories = [_story(entry, _popped(entry, got)) for entry in written]
    others = sum(got.values(), Counter[str]())
    stories.append(Story(SILENCE, _counts(Counter()), _counts(others)))
    new = Counter(effect["system"] for effect in messages if effect["seq"] > seen_before)
    delivered = {system: new[system] for system in _SYSTEMS}
    written = {effect["key"] for effect in ledger["effects"][seen_before:] if _is_record(effect)}
    return Told(tuple(stories), delivered, len(written), ledger["unique"], ledger["duplicates"])


def _is_record(effect: dict[str, Any]) -> bool:
    return bool(effect["action"] == _RECORD and effect["system"] == "crm")


def _story(entry: dict[str, Any], got: Counter[str]) -> Story:
    return Story(entry["name"], _counts(Counter(_only_counts(entry["expected"]))), _counts(got))


def _only_counts(expected: dict[str, Any]) -> dict[str, int]:
    return {system: expected.get(system, 0) for system in _SYSTEMS}


def _counts(counted: Counter[str]) -> dict[str, int]:
    return {system: counted[system] for system in _SYSTEMS}


def _popped(entry: dict[str, Any], got: dict[str, Counter[str]]) -> Counter[str]:
    """Take what was told of a story's account, and to operators of its source if it is about one."""
    none = Counter[str]()
    of_source = got.pop(_OPERATORS + entry["source"], none) if entry.get("source") else none
    return got.pop(entry["account_id"], none) + of_source


def _by_matter(effects: Iterable[dict[str, Any]]) -> dict[str, Counter[str]]:
    """Return what became visible of each account and source, by system; a key spells what it is about."""
    got: dict[str, Counter[str]] = {}
    for effect in effects:
        got.setdefault(_matter(effect["key"]), Counter())[effect["system"]] += 1
    return got


def _matter(key: str) -> str:
    kind, *words = key.split("/")
    if f"{kind}/" == _OPERATORS:
        return _OPERATORS + "/".join(words[1:2])
    return words[1] if kind == "letter" else next(iter(words), "")
