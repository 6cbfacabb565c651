"""Surveys at work: who is asked as a day is judged, and who is left in peace as it leaves."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from sqlalchemy import Row, delete, select, update

from cli.opened import judge_waiting
from config.links import Survey
from dashboard.app import create_app
from dashboard.webhooks import Hooks
from health.experiments import HELD_OUT, arm
from health.nudge_rules import NudgeRules
from health.policy import SurveyRules
from health.surveys import ACTIVATION, NPS, REST_DAYS, SCALES
from store import experiments, stops, subjects
from store.runs import TOUCHED
from store.subjects import EVERYTHING
from store.tables import accounts, facts, flags, links
from tests import book
from tests.dashboard.conftest import served
from tests.owed import pass_time, rows
from tests.worker.test_announce import Inbox
from tests.worker.test_experiments import PLANNED
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.experiments import start
from worker.pipeline import open_run
from worker.release import go_live

LEAVING, UNPAID, RENEWING = book.LEAVING, book.UNPAID, book.RENEWING
WELL = "a7"
ALL = SurveyRules(frozenset(SCALES), renewal_window=90, nps_after_days=30)
"""The book's accounts were first used 59 days before the day, on which a window of 90 days opens of one."""
DAY_S = 86_400.0
Edit = Callable[[str], str]
Judge = Callable[..., Deployment]


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the day before judged, and live since."""
    folder = tmp_path_factory.mktemp("eve")
    opened = book.deployment(f"sqlite:///{folder / 'eve.sqlite3'}")
    book.judge_eve(opened, folder / "eve")
    go_live(opened)
    opened.database.close()
    return folder / "eve.sqlite3"


@pytest.fixture
def judge(eve: Path, tmp_path: Path) -> Iterator[Judge]:
    """Judges the day by some rules, with every contact a user, after an edit of contacts and tickets."""
    made: list[Deployment] = []

    def judged(
        rules: SurveyRules = ALL,
        contacts: Edit = lambda text: text,
        tickets: str = "",
        before: Callable[[Deployment], object] = lambda _: None,
        spread_days: int = 1,
    ) -> Deployment:
        opened = book.deployment(f"sqlite:///{shutil.copy(eve, tmp_path / 'day.sqlite3')}")
        made.append(opened)
        opened.policy = replace(opened.policy, surveys=rules)
        opened.nudges = NudgeRules(spread_days=spread_days)
        before(opened)
        folder = book.write(tmp_path / "day", news=True)
        people = folder / "contacts.csv"
        people.write_text(contacts(people.read_text().replace(",billing\n", ",user\n")))
        if tickets:
            (folder / "tickets.csv").write_text(tickets)
        book.judge_folder(opened, folder, book.DAY)
        return opened

    yield judged
    for each in made:
        each.database.close()


def only(*kinds: str) -> SurveyRules:
    return replace(ALL, kinds=frozenset(kinds))


def asked(deployment: Deployment, account: str = "") -> list[Row[tuple[object, ...]]]:
    """The surveys that were ever owed, of an account or of all."""
    found = [row for row in rows(deployment.database) if row.template.startswith("survey_")]
    return [row for row in found if account in {"", row.key.split("/")[2]}]


def again(deployment: Deployment, days: int) -> None:
    """Judge a later day; what was planned before is as much older."""
    pass_time(deployment.database, days * DAY_S)
    book.set_day(deployment.database, book.DAY + timedelta(days=days))
    open_run(deployment, "full")
    judge_waiting(deployment)


def sent(deployment: Deployment) -> None:
    """Deliver what is due by mail."""
    deployment._destinations["mail"] = Inbox()
    deliver(deployment, "mail")


def fate(deployment: Deployment, account: str) -> list[tuple[str, str]]:
    return [(row.status, row.reason) for row in asked(deployment, account)]


# -- as it comes to be owed --------------------------------------------------------------------------


def test_nobody_is_asked_unless_the_policy_says_so(judge: Judge) -> None:
    assert asked(judge(SurveyRules())) == []


def billing(text: str) -> str:
    """Let the contact of the account whose payment failed look after its bills again."""
    mail = book.person(UNPAID)
    return text.replace(f"{mail},Dana of {UNPAID},user", f"{mail},Dana of {UNPAID},billing")


def champion(text: str) -> str:
    """Let the contact of the account whose window opens be its champion."""
    mail = book.person(RENEWING)
    return text.replace(f"{mail},Dana of {RENEWING},user", f"{mail},Dana of {RENEWING},champion")


def test_the_most_pressing_survey_is_owed_and_no_other(judge: Judge) -> None:
    found = {row.key.split("/")[2]: row.template for row in asked(judge(contacts=champion))}
    assert found == dict.fromkeys(book.ACCOUNTS, "survey_activation") | {RENEWING: "survey_renewal"}


def test_who_has_nobody_for_one_survey_is_owed_the_next(judge: Judge) -> None:
    assert [row.template for row in asked(judge(), RENEWING)] == ["survey_activation"]


def test_a_window_that_opens_asks_the_champion_of_its_term(judge: Judge) -> None:
    deployment = judge(contacts=champion)
    (row,) = asked(deployment, RENEWING)
    term = f"s-{RENEWING}@{book.TERM_START}"
    assert row.key == f"letter/survey_renewal/{RENEWING}/{row.owner}/{term}/{book.DAY}"
    assert deployment.links is not None
    told = json.loads(row.payload)
    read = deployment.links.read_survey(told["answer"].rpartition("/s/")[2])
    with deployment.database.read() as connection:
        query = select(accounts.c.id).where(accounts.c.key == RENEWING)
        number = connection.execute(query).scalar_one()
    assert read == Survey(row.owner, number, "renewal_confidence", book.DAY)
    assert (told["kind"], told["scores"]) == ("renewal_confidence", [1, 2, 3, 4, 5])
    topic = deployment.links.read_unsubscribe(told["links"]["unsubscribe"].rpartition("/u/")[2])
    assert topic == (row.owner, "surveys")
    assert "customer.example" not in row.payload + row.key


def test_without_anybody_in_a_role_there_is_nobody_to_ask(judge: Judge) -> None:
    assert asked(judge(only(NPS), contacts=lambda text: text.replace(",user", ",billing"))) == []


def test_judging_again_asks_nothing_more(judge: Judge) -> None:
    deployment = judge()
    before = len(asked(deployment))
    for _ in range(2):
        open_run(deployment, "full")
        judge_waiting(deployment)
    assert len(asked(deployment)) == before == len(book.ACCOUNTS)


def test_what_is_switched_on_reaches_all_accounts_over_days(judge: Judge) -> None:
    """And none of them twice; the book is not asked at once."""
    deployment = judge(only(NPS), spread_days=5)
    told = [len(asked(deployment))]
    for days in range(1, 7):
        book.set_day(deployment.database, book.DAY + timedelta(days=days))
        open_run(deployment, "full")
        judge_waiting(deployment)
        told.append(len(asked(deployment)))
    assert 0 < told[0] < told[2] < told[4] == told[6] == len(book.ACCOUNTS)


def test_a_first_run_asks_nobody(tmp_path: Path) -> None:
    opened = book.deployment(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    opened.policy = replace(opened.policy, surveys=ALL)
    book.set_day(opened.database, book.DAY)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    assert asked(opened) == []
    opened.database.close()


@pytest.mark.parametrize(("days", "times"), [(29, 1), (REST_DAYS, 1), (179, 1), (180, 2)])
def test_who_was_asked_is_asked_again_in_their_time(judge: Judge, days: int, times: int) -> None:
    deployment = judge(only(NPS))
    sent(deployment)
    assert fate(deployment, WELL) == [("sent", "")]
    again(deployment, days)
    assert len(asked(deployment, WELL)) == times


@pytest.mark.parametrize(("days", "times"), [(REST_DAYS - 1, 1), (REST_DAYS, 2)])
def test_what_was_kept_back_is_owed_again_after_the_rest(judge: Judge, days: int, times: int) -> None:
    deployment = judge(only(NPS))
    sent(deployment)
    assert fate(deployment, LEAVING) == [("suppressed", "at_risk_alert")]
    again(deployment, days)
    assert len(asked(deployment, LEAVING)) == times


def test_a_survey_may_be_tried_against_none(judge: Judge) -> None:
    planned = replace(PLANNED, letter="survey_activation")

    def begin(deployment: Deployment) -> None:
        with deployment.database.write() as connection:
            start(connection, planned, "kim")

    deployment = judge(only(ACTIVATION), before=begin)
    found = {row.key.split("/")[2]: row.reason for row in asked(deployment)}
    assert {account for account, why in found.items() if why == "at_risk_alert"} == {LEAVING, UNPAID}
    arms = {account: HELD_OUT if arm(planned, account) == HELD_OUT else "" for account in book.ACCOUNTS}
    assert found == arms | dict.fromkeys((LEAVING, UNPAID), "at_risk_alert")
    with deployment.database.read() as connection:
        assert len(experiments.drawn(connection, planned.name)) == len(book.ACCOUNTS) - 2
    assert set(arms.values()) == {HELD_OUT, ""}


# -- as it leaves ------------------------------------------------------------------------------------


def forget(account: str) -> Callable[[Deployment], None]:
    """Let an account have no contact, as far as is known."""

    def forgotten(deployment: Deployment) -> None:
        c = facts["contacts"].c
        of = select(links.c.source_account).join(accounts, accounts.c.id == links.c.account)
        with deployment.database.write() as connection:
            own = c.source_account.in_(of.where(accounts.c.key == account))
            connection.execute(delete(facts["contacts"]).where(own))

    return forgotten


def refuse(topic: str) -> Callable[[Deployment], None]:
    def refused(deployment: Deployment) -> None:
        (row,) = asked(deployment, WELL)
        with deployment.database.write() as connection:
            subjects.set_consent(connection, str(row.owner), topic, granted=False)

    return refused


def stop(until: date | None) -> Callable[[Deployment], None]:
    """Let no nudge leave to the account that is well, as a person would."""

    def stopped(deployment: Deployment) -> None:
        with deployment.database.write() as connection:
            stops.put(connection, WELL, stops.Stop("they asked us to", until), "kim")

    return stopped


def snooze(until: date) -> Callable[[Deployment], None]:
    """Snooze what stands of the account that asked to cancel, and let it be of the one that is well."""

    def snoozed(deployment: Deployment) -> None:
        number = select(accounts.c.id).where(accounts.c.key == WELL).scalar_subquery()
        leaving = select(accounts.c.id).where(accounts.c.key == LEAVING).scalar_subquery()
        moved = update(flags).where(flags.c.account == leaving)
        with deployment.database.write() as connection:
            connection.execute(moved.values(account=number, state="snoozed", until=until))

    return snoozed


URGENT = (
    "ticket_id,account_id,opened_at,subject,status,priority\nt1,a7,2026-05-31T18:00:00Z,Help,open,urgent\n"
)


@pytest.mark.parametrize(
    ("change", "tickets", "expected"),
    [
        (lambda _: None, "", ("sent", "")),
        (refuse("surveys"), "", ("suppressed", "no_consent")),
        (refuse(EVERYTHING), "", ("suppressed", "no_consent")),
        (refuse("survey_activation"), "", ("sent", "")),
        (refuse("renewal"), "", ("sent", "")),
        (lambda _: None, URGENT, ("suppressed", "urgent_ticket")),
        (lambda _: None, URGENT.replace("urgent", "low"), ("sent", "")),
        (snooze(book.DAY + timedelta(days=1)), "", ("suppressed", "snoozed")),
        (snooze(book.DAY), "", ("suppressed", "at_risk_alert")),
        (stop(None), "", ("suppressed", "do_not_contact")),
        (stop(book.DAY), "", ("suppressed", "do_not_contact")),
        (stop(book.DAY_BEFORE), "", ("sent", "")),
    ],
)
def test_why_a_survey_does_not_leave(
    judge: Judge, change: Callable[[Deployment], object], tickets: str, expected: tuple[str, str]
) -> None:
    deployment = judge(only(ACTIVATION), tickets=tickets)
    change(deployment)
    sent(deployment)
    assert fate(deployment, WELL) == [expected]


@pytest.mark.parametrize(("tickets", "why"), [("", ""), (URGENT, "urgent_ticket")])
def test_who_is_left_in_peace_is_not_owed_one_to_begin_with(judge: Judge, tickets: str, why: str) -> None:
    """Its reason is stored as the letter is planned, and nobody need wait for it to leave."""
    deployment = judge(only(ACTIVATION), tickets=tickets)
    assert fate(deployment, WELL) == [("suppressed" if why else "due", why)]


def test_notices_leave_where_nudges_are_stopped(judge: Judge) -> None:
    """The payment of an account failed: that it hears, whatever was said of nudges."""

    def stop_all(deployment: Deployment) -> None:
        with deployment.database.write() as connection:
            for account in book.ACCOUNTS:
                stops.put(connection, account, stops.Stop("a trial", None), "kim")

    deployment = judge(only(ACTIVATION), contacts=billing, before=stop_all)
    sent(deployment)
    found = {
        row.template: (row.status, row.reason)
        for row in rows(deployment.database)
        if row.destination == "mail"
    }
    assert found["failed_payment"] == ("sent", "")
    assert found["survey_activation"] == ("suppressed", "do_not_contact")


def test_an_account_with_a_failed_payment_is_left_in_peace(judge: Judge) -> None:
    deployment = judge(only(ACTIVATION))
    sent(deployment)
    assert fate(deployment, UNPAID) == [("suppressed", "at_risk_alert")]
    assert fate(deployment, RENEWING) == [("sent", "")]


def test_a_person_at_several_accounts_is_asked_once(judge: Judge) -> None:
    deployment = judge(
        only(ACTIVATION),
        contacts=lambda text: text.replace(book.person("a8"), book.person(WELL)).replace(
            "Dana of a8,user", "Dana of a7,admin"
        ),
        before=forget("a8"),
    )
    sent(deployment)
    both = [fate(deployment, account)[0] for account in (WELL, "a8")]
    assert sorted(both) == [("sent", ""), ("suppressed", "asked_lately")]


# -- the answer --------------------------------------------------------------------------------------


def test_an_answer_is_judged_at_once_and_speaks_up(judge: Judge) -> None:
    """From the letter's own link to the flag that a CSM is told of."""
    deployment = judge(only(NPS))
    (row,) = asked(deployment, WELL)
    link = urlsplit(json.loads(row.payload)["answer"]).path
    app = create_app(
        deployment.database,
        "Lumen Works",
        Hooks(deployment.webhook, lambda _: None),
        judge=partial(open_run, deployment, TOUCHED),
    )
    with served(app) as url:
        assert requests.get(f"{url}{link}?score=2", timeout=30).status_code == 200
        assert requests.post(f"{url}{link}", data={"score": "2"}, timeout=30).status_code == 200
    judge_waiting(deployment)
    query = select(flags.c.state).join(accounts, accounts.c.id == flags.c.account)
    with deployment.database.read() as connection:
        found = connection.execute(query.where(accounts.c.key == WELL, flags.c.reason == "detractor"))
        assert found.scalars().all() == ["firing"]
    sent(deployment)
    assert fate(deployment, WELL) == [("suppressed", "at_risk_alert")]
