"""Each bar of security that has no tests of its own, at a tiny size; `make chaos` plays them whole."""

from contextlib import closing

import pytest

from store.database import Database
from tests.chaos.security import escapes, injection, people, webhooks

SEED = 7


@pytest.fixture
def database(sqlite_url):
    with closing(Database(sqlite_url)) as opened:
        yield opened


def test_no_changed_call_is_taken():
    verdict = webhooks.mutations(300, SEED)
    assert verdict.ok, verdict.words()


def test_a_call_that_comes_eight_times_at_once_counts_once(database):
    verdict = webhooks.replays(database, 3)
    assert verdict.ok, verdict.words()


def test_no_template_leaves_its_box():
    assert sum(escapes.escaped(escapes.MEDIA[0](), text) for text in escapes.ESCAPES) == 0
    assert escapes.control() > 20


def test_nothing_of_an_erased_person_is_left(database):
    verdict = people.bar(database, 2)
    assert verdict.ok, verdict.words()


@pytest.mark.parametrize("name", injection.PROPERTIES)
def test_each_property_fails_without_what_keeps_it(name):
    checks, without = injection.PROPERTIES[name]
    assert [injection.held(check, values, 3, SEED)[1] for check, values in checks] == [0] * len(checks)
    with without():
        check, values = checks[0]
        assert injection.held(check, values, 300, SEED)[1] == 1
