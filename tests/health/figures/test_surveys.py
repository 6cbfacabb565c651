from datetime import date

from health.figures.days import Span
from health.figures.share import share
from health.figures.surveys import nps, rating
from health.nouns import NOT_APPLICABLE
from health.records import Survey
from tests.health.figures.examples import ms

MAY = Span(date(2026, 5, 1), date(2026, 6, 1))


def answer(score, user="", at="2026-05-10", kind="nps", account="acme"):
    return Survey(account, kind, score, ms(at), user)


def test_nps_edges():
    scores = [10, 9, 8, 7, 6, 0]
    found = nps([answer(score, f"user-{score}") for score in scores], MAY)
    assert found == (0.0, 2, 2, 2)
    assert nps([], MAY).score is NOT_APPLICABLE


def test_the_later_answer_of_a_person_counts():
    answers = [
        answer(10, "ada", "2026-05-20"),
        answer(2, "ada", "2026-05-02"),
        answer(2, "ada", "2026-06-01"),
    ]
    assert nps(answers, MAY).promoters == 1


def test_a_rating_has_its_spread_and_its_share_of_good_ones():
    answers = [answer(score, f"user-{score}", kind="csat") for score in (1, 3, 4, 5)]
    found = rating([*answers, answer(1, "stray", kind="nps")], "csat", MAY)
    assert (found.answers.mean, found.answers.median, found.good) == (3.25, 3.5, share(2, 4))
    assert rating([], "csat", MAY).good.pct is NOT_APPLICABLE
