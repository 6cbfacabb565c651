"""Alerts reach their owner or whoever stands in, move with the account, and climb until somebody has them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from config.routes import Escalation, Person, Routes, load_routes
from health.nouns import Receipt
from integrations.desk import Form, Press
from store import answers, claims, flags, settlement
from store.database import clock
from templates.render import render
from tests import book
from tests.owed import pass_time, rows
from worker import escalation as module
from worker.deployment import Deployment
from worker.desk import OLD, filled, pressed
from worker.escalation import escalate, follow
from worker.release import go_live
from worker.shown import assignee

ANN, BOB, EVE, CHANNEL = "U01ANN", "U02BOB", "U09EVE", "#customer-success"
BACKUP = "bob.ray@seller.example"
DAY_S = 86_400


def routes(**people: Person) -> Routes:
    named = {book.OWNER: people.get("ann", Person(slack=ANN, backup=BACKUP)), BACKUP: Person(slack=BOB)}
    return load_routes(None).model_copy(
        update={"people": named, "escalation": Escalation(after_hours=24, manager=EVE)}
    )


@pytest.fixture
def day(tmp_path: Path, eve_url: str) -> Iterator[Deployment]:
    """The day's alerts, told to Ann, to whom all accounts belong."""
    opened = book.deployment(eve_url)
    opened.routes = routes()
    go_live(opened)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    sent(opened)
    yield opened
    opened.database.close()


def sent(deployment: Deployment, otherwise: Mapping[str, Receipt] = MappingProxyType({})) -> None:
    """Let Slack take all that is due, each thread as a message of its own; what some get is answered else."""
    while True:
        with deployment.database.write() as connection:
            held = claims.claim(connection, "slack", 50, 30.0)
            if not held.notices:
                return
            ids = [each.id for each in held.notices]
            claims.mark(connection, held.token, ids, keyed=True)
            taken = [
                (each, otherwise.get(each.owner) or Receipt(each.key, "sent", remote=each.thread))
                for each in held.notices
            ]
            settlement.settle(connection, held.token, taken)


def told(deployment: Deployment, account: str = book.UNPAID) -> list[tuple[str, str]]:
    """Whom the account's alert was told to, and the news of each."""
    return [
        (row.owner, json.loads(render(row.template, row.payload))["news"].splitlines()[0])
        for row in rows(deployment.database)
        if row.destination == "slack" and f"/csm/{account}/" in row.thread
    ]


def later(deployment: Deployment, hours: float = 25) -> int:
    pass_time(deployment.database, hours * 3600)
    climbed = escalate(deployment)
    sent(deployment)
    return climbed


def thread_of(deployment: Deployment, owner: str) -> str:
    """The thread in which somebody has the account's alert."""
    begins = f"slack/{owner}/csm/{book.UNPAID}/"
    return next(row.thread for row in rows(deployment.database) if row.thread.startswith(begins))


def acknowledge(deployment: Deployment, owner: str, who: str = EVE) -> object:
    remote = thread_of(deployment, owner)
    return pressed(deployment, "slack", Press(f"c {owner} {who}", who, remote, "acknowledge", "t"))


def owners(deployment: Deployment) -> list[str]:
    return [owner for owner, _news in told(deployment)]


def test_an_alert_reaches_its_owner(day):
    assert owners(day) == [ANN]


@pytest.mark.parametrize(
    ("ann", "reached"),
    [
        (Person(slack=ANN, backup=BACKUP, away=((date(2026, 6, 1), date(2026, 6, 5)),)), BOB),
        (Person(slack=ANN, backup=BACKUP, left=True), BOB),
        (Person(slack=ANN, left=True), CHANNEL),
        (Person(), CHANNEL),
    ],
)
def test_who_is_not_there_is_stood_in_for(tmp_path, sqlite_url, ann, reached):
    opened = book.deployment(sqlite_url)
    opened.routes = routes(ann=ann)
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    assert owners(opened) == [reached]
    opened.database.close()


def test_what_nobody_takes_on_climbs_a_rung_a_day_and_ends_at_the_top(day):
    assert later(day, 23) == 0
    assert later(day, 2) > 0
    assert owners(day) == [ANN, BOB]
    assert later(day, 1) == 0
    for _ in range(4):
        later(day)
    assert owners(day) == [ANN, BOB, CHANNEL, EVE]
    body = [row.payload for row in rows(day.database) if row.owner == BOB and book.UNPAID in row.thread]
    assert (
        f"*Nobody has taken this on for 24 hours*: it was told to <@{ANN}>"
        in render("alert", body[0]).decode()
    )


def test_once_somebody_has_it_it_climbs_no_more_and_everybody_reads_who(day):
    later(day)
    assert acknowledge(day, ANN, BOB) == ""
    sent(day)
    words = f"*Taken on* by <@{BOB}>, Jun 1, 2026"
    assert told(day)[2:] == [(BOB, words), (ANN, words)]
    later(day)
    assert owners(day) == [ANN, BOB, BOB, ANN]


def test_whoever_looks_second_finds_it_told(day):
    pass_time(day.database, DAY_S + 60)
    with day.database.write() as first:
        late = answers.unanswered(first, clock(first) - DAY_S * 1000)
    assert escalate(day) == len(late)
    assert [module._climbs(day, account, DAY_S * 1000) for account in late] == [False] * len(late)
    assert owners(day) == [ANN, BOB]


def test_whom_slack_does_not_reach_any_more_is_passed_over_at_once(tmp_path, sqlite_url):
    opened = book.deployment(sqlite_url)
    opened.routes = routes()
    book.judge_eve(opened, tmp_path / "eve")
    go_live(opened)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    sent(opened, {ANN: Receipt("", "rejected", "user_disabled")})
    assert escalate(opened) > 0
    sent(opened)
    assert escalate(opened) == 0
    assert owners(opened) == [ANN, BOB]
    (body,) = (row.payload for row in rows(opened.database) if row.owner == BOB and book.UNPAID in row.thread)
    assert f"*It did not reach <@{ANN}>* in Slack, Jun 1, 2026" in render("alert", body).decode()
    opened.database.close()


def test_what_is_not_delivered_yet_does_not_climb(day):
    assert later(day) > 0
    pass_time(day.database, DAY_S + 60)
    escalate(day)
    pass_time(day.database, DAY_S + 60)
    assert escalate(day) == 0
    assert owners(day) == [ANN, BOB, CHANNEL]


def test_in_dry_run_nothing_climbs(tmp_path, sqlite_url):
    opened = book.deployment(sqlite_url)
    opened.routes = routes()
    book.judge_eve(opened, tmp_path / "eve")
    assert escalate(opened) == 0
    opened.database.close()


def test_with_a_new_owner_the_news_is_theirs_and_the_old_message_says_so(day, tmp_path):
    day.routes = routes(ann=Person(slack=ANN, backup=BACKUP, left=True))
    news_of(day, tmp_path)
    assert owners(day) == [ANN, ANN, BOB]
    assert told(day)[1][1] == f"*Goes on with <@{BOB}>*, Jun 1, 2026"
    assert acknowledge(day, ANN) == OLD
    assert acknowledge(day, BOB) == ""
    assert owners(day) == [ANN, ANN, BOB, BOB]


def news_of(deployment: Deployment, folder: Path) -> None:
    """Let the account's customer ask to cancel, and Slack take what is owed."""
    written = book.write(folder / "news", news=True)
    ticket = f"t9,{book.UNPAID},2026-06-01T08:00:00Z,Please cancel us,open"
    (written / "tickets.csv").write_text(f"ticket_id,account_id,opened_at,subject,status\n{ticket}\n")
    book.judge_folder(deployment, written, book.DAY)
    sent(deployment)


def test_whoever_took_on_what_climbed_hears_the_news_too(day, tmp_path):
    later(day)
    assert acknowledge(day, BOB, BOB) == ""
    sent(day)
    before = len(told(day))
    news_of(day, tmp_path)
    assert sorted(owners(day)[before:]) == [ANN, BOB]
    assert acknowledge(day, BOB, BOB) == "", "it is news that nobody has taken on yet"


def test_an_open_alert_follows_its_owner_without_any_news(day):
    assert follow(day) == 0
    day.routes = routes(ann=Person(slack=ANN, backup=BACKUP, left=True))
    assert follow(day) > 0
    sent(day)
    goes_on = f"*Goes on with <@{BOB}>*, Jun 1, 2026"
    (_first, moved, new) = told(day)
    assert moved == (ANN, goes_on)
    assert new[0] == BOB
    assert follow(day) == 0
    assert acknowledge(day, ANN) == OLD
    assert acknowledge(day, BOB) == ""


def test_who_comes_back_finds_an_alert_where_it_is(day):
    day.routes = routes(ann=Person(slack=ANN, backup=BACKUP, away=((book.DAY, book.DAY),)))
    follow(day)
    sent(day)
    day.routes = routes()
    assert follow(day) == 0
    assert owners(day) == [ANN, ANN, BOB]


def test_where_it_has_climbed_to_somebody_who_stays_nobody_is_told_again(day):
    later(day)
    day.routes = routes(ann=Person(slack=ANN, backup=BACKUP, left=True))
    follow(day)
    sent(day)
    assert owners(day) == [ANN, BOB, ANN]


def test_who_it_goes_on_with_is_told_though_it_had_climbed_to_the_channel(day):
    day.routes = routes(ann=Person(slack=ANN))
    later(day)
    day.routes = routes(ann=Person(slack=ANN, backup=BACKUP, left=True))
    assert follow(day) > 0
    sent(day)
    assert owners(day) == [ANN, CHANNEL, ANN, BOB]
    assert told(day)[2][1] == f"*Goes on with <@{BOB}>*, Jun 1, 2026"
    assert follow(day) == 0


def test_who_it_goes_on_with_reads_who_has_taken_it_on(day):
    assert acknowledge(day, ANN, EVE) == ""
    sent(day)
    day.routes = routes(ann=Person(slack=ANN, backup=BACKUP, left=True))
    follow(day)
    (body,) = (row.payload for row in rows(day.database) if row.owner == BOB and book.UNPAID in row.thread)
    assert f"*Taken on* by <@{EVE}>, Jun 1, 2026" in render("alert", body).decode()


def assign(deployment: Deployment, to: str) -> None:
    """As Ann would, under the message that she has."""
    filled(deployment, "slack", Form(f"V {to}", ANN, thread_of(deployment, ANN), "assign", {"to": to}))
    sent(deployment)


CARL = "U03CARL"


def test_who_it_is_assigned_to_is_told_in_person_and_may_answer(day):
    assign(day, CARL)
    words = f"*Assigned to <@{CARL}>* by <@{ANN}>, Jun 1, 2026"
    assert told(day)[1] == (ANN, words)
    assert owners(day) == [ANN, ANN, CARL]
    (body,) = (row.payload for row in rows(day.database) if row.owner == CARL)
    assert words in render("alert", body).decode()
    assert acknowledge(day, CARL, CARL) == ""
    assert owners(day)[3:] == [CARL, ANN]


def test_who_has_it_already_is_told_once_more_and_not_anew(day):
    later(day)
    assign(day, BOB)
    assert owners(day) == [ANN, BOB, BOB, ANN]


def test_in_a_channel_its_thread_names_whom_it_is_assigned_to(day):
    day.routes = routes(ann=Person(slack=ANN))
    later(day)
    assign(day, CARL)
    assert owners(day) == [ANN, CHANNEL, CHANNEL, ANN]


def test_it_stays_with_whom_it_was_assigned_to_and_they_hear_the_news(day, tmp_path):
    day.routes = with_carl()
    assign(day, CARL)
    assert follow(day) == 0
    news_of(day, tmp_path)
    assert sorted(owners(day)[3:]) == [ANN, CARL]
    assert not [news for _owner, news in told(day) if "Goes on with" in news]


@pytest.mark.parametrize(("days", "to"), [(0, CARL), (1, "")])
def test_whom_an_alert_was_assigned_to_is_of_that_alert_and_not_of_one_that_opened_since(day, days, to):
    assign(day, CARL)
    with day.database.read() as connection:
        account = answers.pointed_at(connection, "slack", thread_of(day, ANN)).account
        (flag,) = flags.standing(connection, account, account)[account]
        opened = replace(flag, since=book.DAY + timedelta(days=days))
        assert assignee(connection, account, answers.ALERT, [opened]) == to


def with_carl() -> Routes:
    """Carl is one of the people, and stands in for nobody."""
    named = routes()
    return named.model_copy(
        update={"people": {**named.people, "carl.poe@seller.example": Person(slack=CARL)}}
    )


def test_in_dry_run_nothing_follows(tmp_path, sqlite_url):
    opened = book.deployment(sqlite_url)
    opened.routes = routes()
    book.judge_eve(opened, tmp_path / "eve")
    assert follow(opened) == 0
    opened.database.close()
