"""Intent: does a ticket speak of cancelling the subscription, or of paying for less?

A subject is looked at clause by clause. A verb of ending ("cancel", "kündigen") counts when the nearest
thing it can end is the subscription, or when the clause says nothing else ("please cancel by Friday"). A
verb that ends many things ("close", "beenden") counts only with the subscription; to deny that one goes on
("will not renew") counts as to end. Nothing counts that is denied, or said of something harmless ("cancel a
meeting"), or in a clause that speaks of others or of the product ("the cancel button is broken").
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_HINT = 5  # letters of a word that tell it from most others
_GAP = r" (?:\S+ ){0,3}"
_CLAUSE = re.compile(r"[,;:!?()\n]|\.(?=\s|$)|\s[-\u2013\u2014]+\s|\b(?:because|since|due to|wegen|weil)\b")


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

    @property
    def pieces(self) -> tuple[str, ...]:
        """These words, as the policy writes them."""
        return (*self.whole, *(f"{stem}*" for stem in self.stems))


@dataclass(frozen=True, slots=True)
class Sayings:
    """Runs of words; ``run`` finds one among words that stand between single spaces."""

    run: re.Pattern[str]
    pieces: tuple[str, ...]
    """One of these is in any text that has one of the sayings in it."""

    @classmethod
    def of(cls, sayings: Iterable[str]) -> "Sayings":
        """Read sayings as the policy writes them.

        ``|`` stands between words of which one is enough, a star at the end makes a beginning, and ``..``
        are up to three words of any kind.
        """
        listed = [saying.split() for saying in sayings]
        runs = "|".join(" ".join(map(_pattern, words)).replace(" .. ", _GAP) for words in listed)
        needed = [max(words, key=_shortest) for words in listed]
        pieces = tuple(piece for word in needed for piece in word.split("|"))
        return cls(re.compile(f"(?<!\\S)(?:{runs})(?!\\S)"), pieces)

    def __contains__(self, joined: str) -> bool:
        """Say whether one of the sayings is among words that stand between single spaces."""
        return self.run.search(joined) is not None


def _pattern(word: str) -> str:
    each = (re.escape(one.removesuffix("*")) + r"\S*" * one.endswith("*") for one in word.split("|"))
    return word if word == ".." else f"(?:{'|'.join(each)})"


def _shortest(word: str) -> int:
    return 0 if word == ".." else min(map(len, word.split("|")))


@dataclass(frozen=True, slots=True)
class Smaller:
    """What speaks of paying for less: verbs, or a word of ``less`` near one ``of`` what is paid for."""

    verbs: Words
    less: Words
    of: Words
    sayings: Sayings


@dataclass(frozen=True, slots=True)
class Phrases:
    """What to listen for, in all languages together.

    ``verbs`` mean to end, ``endings`` do so of the ``objects`` a customer has of us alone, ``lapses`` when
    denied. ``harmless`` things may be ended. ``denials`` turn a verb within ``reach`` words after them into
    its opposite. ``elsewhere`` are words by which a clause speaks of others, or of the product; ``fillers``
    say nothing. ``sayings`` count without any further look.
    """

    verbs: Words
    endings: Words
    lapses: Words
    objects: Words
    harmless: Words
    elsewhere: Words
    denials: Words
    fillers: Words
    sayings: Sayings
    smaller: Smaller
    reach: int
    _hints: "_Hints" = field(init=False, repr=False, compare=False)
    _smaller_hints: "_Hints" = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the beginnings of words one of which must be in a text: most texts have none."""
        verbs = (*self.verbs.pieces, *self.endings.pieces, *self.lapses.pieces)
        object.__setattr__(self, "_hints", _Hints.of((*verbs, *self.sayings.pieces)))
        smaller = (*self.smaller.verbs.pieces, *self.smaller.less.pieces)
        object.__setattr__(self, "_smaller_hints", _Hints.of((*smaller, *self.smaller.sayings.pieces)))

    def speak_of_cancelling(self, text: str) -> bool:
        """Say whether ``text`` is about ending the subscription."""
        return _any_clause(text, self._hints, self._cancels)

    def speak_of_a_smaller_plan(self, text: str) -> bool:
        """Say whether ``text`` asks about paying for less."""
        return _any_clause(text, self._smaller_hints, self._shrinks)

    def _cancels(self, words: Sequence[str]) -> bool:
        if self._is_elsewhere(words):
            return False
        return " ".join(words) in self.sayings or any(self._meant(words, at) for at in range(len(words)))

    def _meant(self, words: Sequence[str], at: int) -> bool:
        """Say whether the word at ``at`` speaks of ending what the customer has of us."""
        word, denied = words[at], self._is_denied(words, at)
        if word in self.endings:
            return not denied and self._thing(words, at) in self.objects
        if (word in self.verbs and not denied) or (word in self.lapses and denied):
            thing = self._thing(words, at)
            return thing in self.objects if thing else self._says_nothing_else(words, at)
        return False

    def _is_denied(self, words: Sequence[str], at: int) -> bool:
        return any(word in self.denials for word in words[max(0, at - self.reach) : at])

    def _thing(self, words: Sequence[str], at: int) -> str:
        """Return the nearest thing that can be ended, those after the verb first."""
        before, after = words[max(0, at - self.reach) : at], words[at + 1 : at + 1 + self.reach]
        things = (
            word for word in (*after, *reversed(before)) if word in self.objects or word in self.harmless
        )
        return next(things, "")

    def _says_nothing_else(self, words: Sequence[str], at: int) -> bool:
        rest = (*words[:at], *words[at + 1 :])
        return all(
            word in self.fillers or word in self.verbs or word in self.denials or word[0].isdigit()
            for word in rest
        )

    def _shrinks(self, words: Sequence[str]) -> bool:
        if self._is_elsewhere(words):
            return False
        smaller = self.smaller
        return " ".join(words) in smaller.sayings or any(self._asks(words, at) for at in range(len(words)))

    def _asks(self, words: Sequence[str], at: int) -> bool:
        """Say whether the word at ``at`` asks for less of what is paid for."""
        word, smaller = words[at], self.smaller
        if self._is_denied(words, at):
            return False
        if word in smaller.verbs:
            return self._thing(words, at) not in self.harmless
        around = words[max(0, at - self.reach) : at + 1 + self.reach]
        return word in smaller.less and any(near in smaller.of for near in around)

    def _is_elsewhere(self, words: Sequence[str]) -> bool:
        return any(word in self.elsewhere for word in words)


class _Hints(NamedTuple):
    """Beginnings of words, cut to one length so that a text's words are found among them at once."""

    length: int
    starts: frozenset[str]

    @classmethod
    def of(cls, pieces: Sequence[str]) -> "_Hints":
        length = min([_HINT, *(len(piece) - 1 for piece in pieces if piece.endswith("*"))])
        return cls(length, frozenset(piece.removesuffix("*")[:length] for piece in pieces))

    def are_in(self, words: Iterable[str]) -> bool:
        length = self.length
        return not self.starts.isdisjoint([word[:length] for word in words])


def _any_clause(text: str, hints: _Hints, speaks: Callable[[Sequence[str]], bool]) -> bool:
    plain = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    if not hints.are_in(_WORD.findall(plain)):
        return False
    return any(speaks(words) for clause in _CLAUSE.split(plain) if (words := _WORD.findall(clause)))
