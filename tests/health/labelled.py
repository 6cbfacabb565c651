"""Subjects of tickets, plainly invented, each with what it speaks of: cancel, downgrade or none.

Every second one of a language and label is held out: phrases of the policy are tuned on the others alone.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Subject(NamedTuple):
    """A subject; ``expected`` is cancel, downgrade or none."""

    language: str
    expected: str
    text: str


class Rates(NamedTuple):
    """Right among those said to be, and said among those that are, each with its counts."""

    right: int
    said: int
    there: int

    @property
    def precision(self) -> float:
        return self.right / self.said

    @property
    def recall(self) -> float:
        return self.right / self.there


def subjects() -> list[Subject]:
    with Path(__file__).with_name("ticket_subjects.tsv").open(encoding="utf-8", newline="") as file:
        return [Subject(*row) for row in list(csv.reader(file, delimiter="\t"))[1:]]


def halves() -> tuple[list[Subject], list[Subject]]:
    """The half to tune on, and the half held out."""
    groups: dict[tuple[str, str], list[Subject]] = defaultdict(list)
    for subject in subjects():
        groups[subject.language, subject.expected].append(subject)
    return (
        [each for group in groups.values() for each in group[0::2]],
        [each for group in groups.values() for each in group[1::2]],
    )


def precision_recall(found: Sequence[Subject], says: Callable[[str], str], label: str) -> Rates:
    answers = [(each.expected, says(each.text)) for each in found]
    return Rates(
        right=answers.count((label, label)),
        said=sum(said == label for _, said in answers),
        there=sum(expected == label for expected, _ in answers),
    )
