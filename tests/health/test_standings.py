"""Accounts at the end of a period: who moved, whom to look at, and revenue by reason that adds up."""

from hypothesis import given
from hypothesis import strategies as st

from health.nouns import BANDS
from health.review import BandCount, Growth, Ranked, RiskReason
from health.standings import Standing, bands, growth, moved, ranked, risks, standing
from tests.health.examples import account, assess


def stood(number: int, band: str, priority: int = 0, **more: object) -> Standing:
    key = f"a{number}"
    row = Ranked(key, key, band, 40.0, priority, "", None, None, 1_200, "EUR")
    return Standing(number, key, band, 4_000, "trend", row, None)._replace(**more)


def euros(minor: int, code: str) -> int | None:
    return {"EUR": minor, "USD": minor // 2}.get(code)


def test_bands_of_an_end_at_which_nothing_was_judged_are_not_known():
    assert bands(["watch", "watch"], [])[1] == BandCount("watch", 2, None)
    assert bands([], ["watch"])[:2] == (BandCount("at_risk", None, 0), BandCount("watch", None, 1))


@given(st.lists(st.tuples(st.sampled_from(BANDS), st.sampled_from([*BANDS, ""])), max_size=8))
def test_who_entered_and_left_makes_the_difference(moves):
    now = [stood(number, band) for number, (band, _) in enumerate(moves)]
    before = {number: band for number, (_, band) in enumerate(moves) if band}
    found = moved(now, before)
    change = [each.band for each in now].count("at_risk") - [*before.values()].count("at_risk")
    assert len(found.entered) - len(found.left) == change
    assert not {each.account for each in found.entered} & {each.account for each in found.left}


def test_the_most_urgent_comes_first_and_the_healthy_are_not_listed():
    now = [stood(1, "watch", 5), stood(2, "at_risk", 9), stood(3, "healthy", 99), stood(4, "watch", 5)]
    assert [each.key for each in ranked(now)] == ["a2", "a1", "a4"]
    assert [each.key for each in ranked(now, 1)] == ["a2"]


def test_revenue_by_reason_counts_each_account_once():
    abroad = stood(3, "at_risk")
    abroad = abroad._replace(ranked=Ranked("a3", "", "at_risk", 1, 1, "", None, None, 1_000, "USD"))
    unrated = stood(4, "at_risk", line="idle")
    unrated = unrated._replace(ranked=Ranked("a4", "", "at_risk", 1, 1, "", None, None, 1_000, "GBP"))
    found = risks([stood(1, "at_risk"), stood(2, "watch"), abroad, unrated], euros)
    assert found == (RiskReason("trend", 2, 1_700), RiskReason("idle", 1, None))


def test_room_to_grow_is_listed_by_what_it_brings():
    grows = {
        "a1": Growth("a1", "", 5, 500, "EUR", None),
        "a2": Growth("a2", "", 9, 2_000, "USD", None),
        "a3": Growth("a3", "", None, None, "EUR", 3),
    }
    now = [stood(n, "healthy", growth=grows[f"a{n}"]) for n in (1, 2, 3)]
    found, brings = growth(now, euros)
    assert ([each.key for each in found], brings) == (["a2", "a1", "a3"], 1_500)
    assert growth([stood(1, "healthy")], euros) == ((), None)


def test_a_verdict_becomes_what_is_kept_of_it():
    now = assess(account())
    found = standing("acme", now)
    worst = min(now.score.contributions, key=lambda line: line.points)
    assert (found.key, found.band, found.points) == ("acme", now.band, now.score.points)
    assert found.line == worst.name.removeprefix("cap:").replace("_", " ")
    assert found.ranked.revenue_at_risk_minor == now.facts["revenue_at_risk_minor"]
    assert standing("acme", assess(account(terms=()))).ranked.revenue_at_risk_minor is None
