"""Surveys: what customers say when asked. Of a person who answers twice, the later answer counts."""

from collections.abc import Iterable
from typing import NamedTuple

from health.figures.days import Span, day_of
from health.figures.share import Share, share
from health.figures.spread import Spread, spread
from health.nouns import NOT_APPLICABLE, Input
from health.records import Survey

_PROMOTER, _PASSIVE = 9, 7


class Nps(NamedTuple):
    """Promoters (9 and 10) less detractors (0 to 6), in points of 100; not applicable unanswered."""

    score: Input
    promoters: int
    passives: int
    detractors: int


class Rating(NamedTuple):
    """Answers on a scale: how they lie, and the share at or above what counts as good."""

    answers: Spread
    good: Share


def nps(surveys: Iterable[Survey], span: Span) -> Nps:
    """Return the net promoter score over the answers of a span of days."""
    given = scores(surveys, "nps", span)
    promoters = sum(score >= _PROMOTER for score in given)
    detractors = sum(score < _PASSIVE for score in given)
    score = 100.0 * (promoters - detractors) / len(given) if given else NOT_APPLICABLE
    return Nps(score, promoters, len(given) - promoters - detractors, detractors)


def rating(surveys: Iterable[Survey], kind: str, span: Span, good_from: float = 4.0) -> Rating:
    """Return the answers of one kind: csat, activation_ease, renewal_confidence or roi_expected."""
    given = scores(surveys, kind, span)
    return Rating(spread(given), share(sum(score >= good_from for score in given), len(given)))


def scores(surveys: Iterable[Survey], kind: str, span: Span) -> list[float]:
    """Return the last answer of each person; answers that name nobody stand for their account."""
    found: dict[tuple[str, str], float] = {}
    for each in sorted(surveys, key=lambda survey: survey.answered_ms):
        if each.kind == kind and span.has(day_of(each.answered_ms)):
            found[each.account_id, each.user_id] = each.score
    return list(found.values())
