"""The whole job over HTTP, each vendor a process: killed anywhere or told half, it says what it should."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.chaos import chain, partial, pulls
from tests.chaos.days import Monday, Sunday, clean_monday, clean_sunday
from tests.chaos.fleet import Crib
from tests.chaos.pulls import Eve
from tests.chaos.stage import Servers
from tests.chaos.vendors import SOURCES, Town, open_town

pytestmark = pytest.mark.kill
SEED = 2
DEATHS, ROUNDS = 2, 1
"""Of each source's workers, and of twelve steps of the whole day. `make chaos` plays it on SQLite too."""


@pytest.fixture(scope="module")
def town(servers: Servers, crib: Crib) -> Iterator[Town]:
    with open_town(servers, crib) as opened:
        yield opened


@pytest.fixture(scope="module")
def sunday(town: Town) -> Sunday:
    return clean_sunday(town)


@pytest.fixture(scope="module")
def monday(town: Town, sunday: Sunday) -> Monday:
    return clean_monday(town, sunday)


@pytest.fixture(scope="module")
def eve(town: Town, sunday: Sunday) -> Eve:
    """What a Sunday under kills leaves."""
    return pulls.pulls(town, sunday, "postgresql", seed=SEED, each=DEATHS)


def test_every_source_has_pages_enough_and_the_day_has_news(sunday, monday):
    assert {name for name in SOURCES if len(sunday.cursors[name]) >= 6} == set(SOURCES)
    counted = Counter(system for system, _, _ in monday.told)
    assert min(counted[system] for system in ("slack", "email", "crm")) >= 3
    assert sum(1 for said in monday.records.values() if said) >= 150
    assert max(monday.told.values()) == 1


def test_a_pull_that_dies_at_any_page_stores_what_a_clean_one_does(eve, judge):
    judge(eve.verdict)


@pytest.mark.parametrize("sabotage", pulls.CONTROLS)
def test_without_a_safeguard_a_pull_that_dies_does_not(town, sunday, evidence, sabotage):
    verdict = pulls.control(town, sunday, sabotage)
    evidence(verdict.line())
    assert getattr(verdict, pulls.CONTROLS[sabotage][1]) > 0
    assert not verdict.ok


def test_the_whole_day_under_kills_tells_what_a_clean_day_does(town, monday, eve, judge):
    judge(chain.chain(town, monday, eve.url, "postgresql", seed=SEED, rounds=ROUNDS))


def test_without_keys_the_same_day_tells_something_twice(town, monday, evidence):
    verdict = chain.control(town, monday)
    evidence(verdict.line())
    assert verdict.duplicated > 0
    assert not verdict.ok


def test_an_empty_a_torn_or_a_repeated_page_has_no_effect(town, monday, judge):
    judge(partial.partial(town, monday))


def test_believed_the_same_pages_do_harm(town, monday, evidence):
    verdict = partial.control(town, monday)
    evidence(verdict.line())
    assert verdict.lost > 0
    assert verdict.duplicated > 0
    assert not verdict.ok
