"""Fitting on small books whose truth is known: what is learned, what is refused, and what it foretells."""

import shutil
from contextlib import closing
from datetime import date, timedelta
from random import Random

import pytest

from config.calendars import workdays
from config.models import model_of
from config.policy import load, with_model
from health.backtest import told
from health.model import Model
from health.records import Account, Outcome, Subscription, Usage
from store.database import Database
from tests.health.models import model
from tests.store.test_facts import pull
from tests.worker.test_backtest import known_on
from worker.backtest import Question, Refused, asked, suited
from worker.fit import Wanted, fit

START, D = date(2024, 1, 1), date(2024, 7, 1)
END = D + timedelta(days=29)
MONTH = timedelta(days=30)
WANTED = Wanted("churned", 30, D)


def book(number: int, *, bare: bool = False):
    """Accounts on monthly terms; every other one seldom meets, and of these one in four leaves a month.

    A ``bare`` book says of the terms only when they began: no end, no seats, no price, no plan.
    """
    dice = Random(number)
    for at in range(number):
        name, seldom = f"a{at:04}", at % 2 == 0
        started = START + timedelta(days=dice.randint(0, 120))
        left = next((m for m in range(1, 12) if dice.random() < (0.25 if seldom else 0.02)), 99)
        gone = min(started + left * MONTH, END + MONTH)
        yield Account(name, customer_type=dice.choice(["web", "shop"]))
        begins = [started] if bare else [started + m * MONTH for m in range((gone - started).days // 30)]
        for begun in begins:
            rest = (
                {} if bare else {"term_end": begun + MONTH, "seats": 10, "mrr_minor": 9_900, "plan": "Team"}
            )
            yield Subscription(f"s{at}", name, begun, auto_renew=True, **rest)
        for back in range(0, (min(gone, END) - started).days, 9):
            meetings = dice.randint(0, 2) if seldom else dice.randint(3, 9)
            used = f'{{"feature:meeting":{meetings},"feature:chance":{dice.randint(0, 9)}}}'
            yield Usage(name, started + timedelta(days=back), active_users=5, metrics=used)
        if gone <= END:
            yield Outcome(name, gone, "churned")
    yield Account("last")
    yield Usage("last", END, active_users=1)
    yield Outcome("last", END, "renewed")


@pytest.fixture(scope="module")
def books(tmp_path_factory, migrated_sqlite):
    """A folder of databases by name, each imported once: to be asked, never written to."""

    folder = tmp_path_factory.mktemp("books")
    for name, records in (("told", book(400)), ("bare", book(300, bare=True)), ("few", book(40))):
        shutil.copy(migrated_sqlite, folder / name)
        with closing(Database(f"sqlite:///{folder / name}")) as made:
            pull(made, list(records))
            known_on(made, END + timedelta(days=99))
    return folder


def learned(file, wanted: Wanted = WANTED):
    with closing(Database(f"sqlite:///{file}")) as made, made.read() as connection:
        return fit(connection, load(), workdays(), wanted)


def foretold(file, policy):
    """The cases of the day by a policy, and what they say of it."""
    question = Question((D,), 30, "churned", D)
    with closing(Database(f"sqlite:///{file}")) as made, made.read() as connection:
        found = asked(connection, policy, workdays(), question)
    return found, told(found.pooled, ())


@pytest.fixture(scope="module")
def taught(books):
    return learned(books / "told")


def weights(content) -> dict[str, float]:
    return {each.name: each.coefficient * each.sd for each in content.drivers}


def test_it_learns_what_the_book_was_made_with(taught):
    found = weights(taught)
    assert max(found, key=lambda name: abs(found[name])) == "rate:feature:meeting"
    assert found["rate:feature:meeting"] < -0.5
    assert abs(found.get("rate:feature:chance", 0.0)) < 0.3
    assert "seat_count" not in found  # the same of all
    assert 0 < taught.base_rate < 0.2


def test_windows_end_in_time_and_begin_when_there_is_use_enough(taught):
    days = [date.fromisoformat(day) for day in taught.windows]
    assert days[-1] + timedelta(days=30) == D
    assert days[0] - START >= timedelta(days=60)
    assert taught.calibration.as_of == taught.windows[-1]


def test_it_foretells_later_leavers_and_says_how_likely(books, taught):
    found, figures = foretold(books / "told", with_model(load(), taught))
    assert figures.verdict == "evidence"
    assert figures.score.auc > 0.7
    assert figures.brier_skill > 0
    assert figures.ece < 0.08
    assert found.trained == {}
    assert all(case.health <= 100 * (1 - case.likely) + 1 for case in found.pooled)


def test_facts_that_came_later_change_nothing_and_the_same_facts_give_the_same_model(books, taught, tmp_path):
    later = shutil.copy(books / "told", tmp_path)
    with closing(Database(f"sqlite:///{later}")) as made:
        pull(made, [Outcome(f"a{at:04}", D + timedelta(days=3), "churned") for at in range(1, 400, 2)])
    assert learned(later).hash == taught.hash


def test_a_book_without_contracts_is_learned_from_its_use(books):
    content = learned(books / "bare")
    assert weights(content)["rate:feature:meeting"] < -0.3
    assert not {"renewal_due", "seat_count", "mrr_minor", "plan=Team"} & set(weights(content))
    assert content.calibration.slope > 0.5


@pytest.mark.parametrize(
    ("of", "wanted", "said"),
    [
        ("few", WANTED, r"\d+ of \d+ accounts met the outcome \(churned\) by 2024-07-01: fewer than 40"),
        ("told", Wanted("churned", 200, D), "no window of 200 days after 60 days of it ends by 2024-07-01"),
        ("told", Wanted("churned", 30, END + MONTH), "facts and outcomes end on 2024-07-30"),
    ],
)
def test_what_teaches_too_little_is_refused_with_the_number(books, of, wanted, said):
    with pytest.raises(Refused, match=said):
        learned(books / of, wanted)


QUESTION = Question((D,), 90, "churned", D)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"horizon_days": 60}, "tells of churned within 60 days"),
        ({"target": "not_renewed"}, "tells of not_renewed"),
        ({"trained_until": "2024-07-02"}, "later than the first day asked of"),
    ],
)
def test_a_model_that_does_not_suit_the_question_is_refused(changes, said):
    found: Model = model_of(model(**{"trained_until": "2024-07-01"} | changes))
    with pytest.raises(Refused, match=said):
        suited(found, QUESTION)


def test_a_model_that_does_is_not():
    suited(model_of(model(trained_until="2024-07-01")), QUESTION)
