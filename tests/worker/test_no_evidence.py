"""A book in which use predicts nothing: a backtest says so, of the score, of a model, and of triggers."""

import shutil
from contextlib import closing
from datetime import date, timedelta
from random import Random

import pytest

from config.calendars import workdays
from config.policy import load, with_model
from health.backtest import EVENTS_MIN, told, triggers
from health.records import Account, Outcome, Subscription, Usage
from store.database import Database
from tests.store.test_facts import pull
from tests.worker.test_backtest import known_on
from worker.backtest import Question, asked
from worker.fit import Wanted, fit

START, D = date(2024, 1, 1), date(2024, 6, 1)
END = D + timedelta(days=29)
ACCOUNTS = 420
SHARE = 0.12
"""Of accounts that leave, and of those that buy more, in any month."""


def book(seed: int):
    """Accounts that use what they bought as they do; who leaves or buys more is drawn apart from that."""
    use, fate = Random(seed), Random(-seed)
    for at in range(ACCOUNTS):
        name, apart, share = f"a{at:03}", use.choice([1, 3, 7]), use.uniform(0.1, 1.0)
        began = START + timedelta(days=use.randrange(50))
        yield Account(name, customer_type=use.choice(["web", "shop"]))
        yield Subscription(f"s{at}", name, began, began + timedelta(days=366), seats=10, mrr_minor=9_900)
        for back in range(0, (END - began).days + 1, apart):
            people = min(10, round(10 * share * use.uniform(0.7, 1.3)))
            made = f'{{"feature:meeting":{use.randint(0, 9)}}}'
            yield Usage(name, END - timedelta(days=back), active_users=people, metrics=made)
        yield from drawn(name, fate)
    yield Account("last")
    yield Usage("last", END, active_users=1)
    yield Outcome("last", END, "renewed")


def drawn(name: str, fate: Random):
    """Months of a life in which nothing but chance decides, up to the one that ends it."""
    for month in range(6):
        first = D - timedelta(days=30 * (5 - month))
        if fate.random() < SHARE:
            yield Outcome(name, first + timedelta(days=fate.randrange(30)), "expanded")
        if fate.random() < SHARE:
            yield Outcome(name, first + timedelta(days=fate.randrange(30)), "churned")
            return


@pytest.fixture(scope="module")
def opened(tmp_path_factory, migrated_sqlite):
    """The book, imported once: to be asked, never written to."""
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path_factory.mktemp('noise'))}"
    with closing(Database(url)) as made:
        pull(made, list(book(4)))
        known_on(made, END + timedelta(days=99))
        with made.read() as connection:
            yield connection


def cases(connection, policy, target):
    return asked(connection, policy, workdays(), Question((D,), 30, target, D)).pooled


def test_the_score_is_no_evidence(opened):
    found = told(cases(opened, load(), "churned"), ())
    assert found.events >= EVENTS_MIN
    assert (found.verdict, found.priority.auc_low < 0.5 < found.priority.auc_high) == ("no evidence", True)


def test_the_use_of_the_limit_and_its_trigger_are_no_evidence(opened):
    found = cases(opened, load(), "expanded")
    assert told(found, ()).verdict == "no evidence"
    trigger = triggers(found)["capacity"]
    assert trigger.n >= EVENTS_MIN
    assert trigger.verdict == "no evidence"


def test_a_model_that_is_fitted_to_it_foretells_nothing(opened):
    model = fit(opened, load(), workdays(), Wanted("churned", 30, D))
    found = told(cases(opened, with_model(load(), model), "churned"), ())
    assert found.verdict == "no evidence"
    assert found.brier_skill < 0.01
