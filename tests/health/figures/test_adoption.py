from datetime import date, timedelta

import pytest

from health.figures.active import Act
from health.figures.adoption import breadth, champions, depth, feature_adoption, lost_champions
from health.figures.share import share
from health.nouns import NOT_APPLICABLE
from tests.health.figures.examples import AS_OF


def days_ago(days):
    return AS_OF - timedelta(days=days)


def acts(user, first, last, times=1.0, account="acme"):
    """One act on every day from ``first`` to ``last`` days ago."""
    return [Act(account, user, days_ago(day), "open", times) for day in range(last, first + 1)]


FEATURES = [
    Act("acme", "ada", days_ago(1), "core:send", 4),
    Act("acme", "bob", days_ago(30), "core:sign"),
    Act("acme", "bob", days_ago(31), "core:send"),
    Act("acme", "cyd", days_ago(2), "browse"),
    Act("globex", "dan", days_ago(3), "core:send"),
]


def test_feature_adoption_is_over_active_users():
    assert feature_adoption(FEATURES, "core:send", AS_OF) == share(2, 4)
    assert feature_adoption(FEATURES, "browse", AS_OF) == share(1, 4)
    assert feature_adoption([], "core:send", AS_OF).pct is NOT_APPLICABLE


def test_breadth_by_account():
    assert breadth(FEATURES, ["core:send", "core:sign", "core:store"], AS_OF) == {
        "acme": share(2, 3),
        "globex": share(1, 3),
    }
    assert breadth(FEATURES, [], AS_OF)["acme"].pct is NOT_APPLICABLE


def test_depth_is_core_acts_per_active_user():
    assert depth(FEATURES, ["core:send", "core:sign"], AS_OF).mean == 6 / 4
    assert depth([], ["core:send"], AS_OF).mean is NOT_APPLICABLE


def test_each_looks_back_thirty_days_and_no_further():
    older = [Act("acme", "eve", days_ago(31), "core:store")]
    assert depth(older, ["core:store"], AS_OF).over == 0
    assert breadth(older, ["core:store"], AS_OF) == {}
    assert feature_adoption(older, "core:store", AS_OF).whole == 0


def test_champions_are_the_top_tenth_with_enough_days():
    everyone = [act for user in range(11) for act in acts(f"user-{user:02}", 20 + user, 1)]
    assert {user for _, user in champions(everyone, AS_OF)} == {"user-10", "user-09"}
    assert champions(acts("ada", 19, 1), AS_OF) == frozenset()  # 19 days are too few
    assert champions(acts("ada", 20, 1), AS_OF) == {("acme", "ada")}


@pytest.mark.parametrize(
    ("first", "last", "lost"),
    [
        (75, 15, True),
        (75, 14, False),  # seen 14 days ago: not silent yet
        (70, 15, True),  # eight weeks
        (63, 15, False),  # seven
    ],
)
def test_a_champion_is_lost_after_fourteen_silent_days(first, last, lost):
    others = acts("bob", 20, 1)
    assert (("acme", "ada") in lost_champions([*acts("ada", first, last), *others], AS_OF)) is lost


def test_who_was_no_champion_is_not_lost():
    busy = acts("ada", 90, 1)
    assert lost_champions([*busy, *acts("bob", 80, 20)], AS_OF) == frozenset()


def test_acts_of_the_day_itself_do_not_count():
    assert feature_adoption([Act("acme", "ada", date(2026, 6, 1), "open")], "open", AS_OF).whole == 0
