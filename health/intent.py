"""Intent: does a ticket speak of cancelling the subscription?

A word that means to end something ("cancel", "kündigen") counts when the nearest thing it can end is the
subscription, or when it names nothing at all; never when that thing is harmless ("cancel a meeting") or
when it is denied ("do not cancel"). Sayings such as "will not renew" count as they stand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Words:
    """Words in lower case: whole ones, and beginnings of words."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Words":
        """Read words as the policy writes them: a star at the end makes a beginning."""
        listed = list(words)
        stems = tuple(word[:-1] for word in listed if word.endswith("*"))
        return cls(frozenset(word for word in listed if not word.endswith("*")), stems)

    def __contains__(self, word: str) -> bool:
        """Say whether a word is one of these, or begins like one."""
        return word in self.whole or word.startswith(self.stems)


@dataclass(frozen=True, slots=True)
class Phrases:
    """What to listen for, in all languages together.

    ``denials`` turn a verb within ``reach`` words after them into its opposite. ``sayings`` are runs of
    whole words that count without any further look; so are ``smaller``, of a smaller plan.
    """

    verbs: Words
    objects: Words
    harmless: Words
    denials: Words
    sayings: tuple[str, ...]
    reach: int
    smaller: tuple[str, ...] = ()
    _hints: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _smaller_hints: tuple[str, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the pieces one of which must be in a text: most texts have none."""
        last_words = (saying.split()[-1] for saying in self.sayings)
        first_words = (saying.split()[0] for saying in self.smaller)
        object.__setattr__(self, "_hints", _fewest((*self.verbs.whole, *self.verbs.stems, *last_words)))
        object.__setattr__(self, "_smaller_hints", _fewest(first_words))

    def speak_of_cancelling(self, text: str) -> bool:
        """Say whether ``text`` is about ending the subscription."""
        plain = text.lower()
        if not any(map(plain.__contains__, self._hints)):
            return False
        words = _WORD.findall(plain.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
        joined = f" {' '.join(words)} "
        if any(f" {saying} " in joined for saying in self.sayings):
            return True
        return any(word in self.verbs and self._meant(words, at) for at, word in enumerate(words))

    def speak_of_a_smaller_plan(self, text: str) -> bool:
        """Say whether ``text`` asks about paying for less."""
        plain = text.lower()
        if not any(map(plain.__contains__, self._smaller_hints)):
            return False
        joined = f" {' '.join(_WORD.findall(plain))} "
        return any(f" {saying} " in joined for saying in self.smaller)

    def _meant(self, words: list[str], at: int) -> bool:
        before = words[max(0, at - self.reach) : at]
        if any(word in self.denials for word in before):
            return False
        after = words[at + 1 : at + 1 + self.reach]
        things = (
            word for word in (*after, *reversed(before)) if word in self.objects or word in self.harmless
        )
        thing = next(things, "")
        return not thing or thing not in self.harmless


def _fewest(pieces: Iterable[str]) -> tuple[str, ...]:
    """Leave out what is only in a text that holds another piece as well."""
    hints = dict.fromkeys(pieces)
    return tuple(hint for hint in hints if not any(other in hint for other in hints if other != hint))
