"""Nudges at work: from facts that were imported to the letter, its reader and its fate."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, insert, select

from cli.opened import judge_waiting
from health.experiments import HELD_OUT, WRITTEN, Experiment, Variant
from health.nudge_rules import (
    ACTIVATION,
    ActivationRule,
    ChampionRule,
    ExpiredRule,
    Feature,
    InviteRule,
    Material,
    NudgeRules,
    SpotlightRule,
    Step,
    TrainingRule,
    UnusedRule,
    UpgradeRule,
    WelcomeRule,
)
from health.policy import SurveyRules
from health.surveys import NPS
from store import experiments, nudges, stops
from store.experiments import Drawn
from store.tables import accounts, letter_starts, notices
from templates.render import render
from tests import book
from tests.owed import pass_time, rows
from tests.worker.test_announce import Inbox
from tests.worker.test_surveys import DAY_S, URGENT
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.experiments import start
from worker.pipeline import open_run
from worker.release import go_live

WELL, LINK = "a7", "https://help.seller.example/one"
BOTH = {"en": "Connect your data", "de": "Daten verbinden"}
ENGLISH = {"en": "Connect your data"}
Edit = Callable[[Path], object]
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
    """Judges the day by some rules, with every contact in a role, after files were added or changed."""
    made: list[Deployment] = []

    def judged(
        rules: NudgeRules,
        files: Mapping[str, str] | None = None,
        role: str = "admin",
        edit: Edit = lambda _: None,
        before: Callable[[Deployment], object] = lambda _: None,
    ) -> Deployment:
        opened = book.deployment(f"sqlite:///{shutil.copy(eve, tmp_path / 'day.sqlite3')}")
        made.append(opened)
        opened.nudges = rules
        before(opened)
        folder = book.write(tmp_path / "day", news=True)
        people = folder / "contacts.csv"
        people.write_text(people.read_text().replace(",billing\n", f",{role}\n"))
        for name, text in (files or {}).items():
            (folder / f"{name}.csv").write_text(text)
        edit(folder)
        book.judge_folder(opened, folder, book.DAY)
        return opened

    yield judged
    for each in made:
        each.database.close()


def owed(deployment: Deployment, template: str, account: str = "") -> list[Row[tuple[object, ...]]]:
    """The letters of a kind that were ever owed, of an account or of all."""
    found = [row for row in rows(deployment.database) if row.template == template]
    return [row for row in found if account in {"", row.key.split("/")[2]}]


def told(row: Row[tuple[object, ...]]) -> dict[str, Any]:
    return dict(json.loads(str(row.payload)))


def again(deployment: Deployment, days: int) -> None:
    """Judge a later day; what was planned before is as much older."""
    pass_time(deployment.database, days * DAY_S)
    book.set_day(deployment.database, book.DAY + timedelta(days=days))
    open_run(deployment, "full")
    judge_waiting(deployment)


def sent(deployment: Deployment) -> list[str]:
    """Deliver what is due by mail, and return whom it was written to."""
    inbox = Inbox()
    deployment._destinations["mail"] = inbox
    deliver(deployment, "mail")
    return inbox.written


def steps(words: Mapping[str, str] = BOTH) -> NudgeRules:
    made = tuple(Step(name, words, words, words, 10, LINK) for name in ("connect", "report", "invite"))
    return NudgeRules(finish_activation=ActivationRule(made, until_days=400))


ATTEMPTS = """account_id,step,at,outcome
a7,connect,2026-05-01T10:00:00Z,done
a7,connect,2026-05-02T10:00:00Z,failed
a7,report,2026-05-03T10:00:00Z,failed
"""


# -- welcome -----------------------------------------------------------------------------------------


def bought(folder: Path) -> None:
    """Let an account that there was not before have bought on the day, beside all those of old."""
    more = {
        "accounts": f"new,Newly,{book.OWNER},DE",
        "contacts": "new,admin@new.customer.example,Kim of new,admin",
        "subscriptions": f"s-new,new,{book.DAY},{book.LATER},8,100,EUR,active,true",
    }
    for name, line in more.items():
        with (folder / f"{name}.csv").open("a") as file:
            file.write(f"{line}\n")


def test_who_is_new_is_welcomed_once_and_nobody_of_old_then_come_the_steps(judge: Judge) -> None:
    rules = replace(steps(), welcome=WelcomeRule(LINK))
    attempts = ATTEMPTS + "new,sign_in,2026-06-01T08:00:00Z,done\n"
    deployment = judge(rules, {"activation_steps": attempts}, edit=bought)
    (row,) = owed(deployment, "welcome")
    assert (row.key.split("/")[2], told(row)["steps"], told(row)["link"]) == ("new", 3, LINK)
    words = json.loads(render("welcome", str(row.payload)))
    assert words["subject"] == "Welcome to Lumen Works"
    sent(deployment)
    for days, owing in ((2, 0), (3, 1), (8, 1)):
        again(deployment, days)
        assert len(owed(deployment, "welcome")) == 1
        assert len(owed(deployment, "finish_activation", "new")) == owing
    (row,) = owed(deployment, "finish_activation", "new")
    assert json.loads(render("finish_activation", str(row.payload)))["subject"] == (
        "Newly: 3 steps to begin with"
    )


def test_nobody_is_welcomed_on_an_installation_s_first_run_nor_for_what_was_bought_before(
    tmp_path: Path, sqlite_url: str
) -> None:
    opened = book.deployment(sqlite_url)
    opened.nudges = NudgeRules(welcome=WelcomeRule(LINK, within_days=60))
    folder = book.write(tmp_path / "eve", news=False)
    bought(folder)
    terms = (folder / "subscriptions.csv").read_text()
    (folder / "subscriptions.csv").write_text(terms.replace(str(book.TERM_START), "2026-05-30"))
    book.judge_folder(opened, folder, book.DAY)
    go_live(opened)
    again(opened, 1)
    assert [row.key.split("/")[2] for row in owed(opened, "welcome")] == ["new"]
    opened.database.close()


# -- finish activation -------------------------------------------------------------------------------


def test_the_steps_that_are_left_and_those_done(judge: Judge) -> None:
    deployment = judge(steps(), {"activation_steps": ATTEMPTS})
    (row,) = owed(deployment, "finish_activation", WELL)
    said = told(row)
    assert (said["steps"], len(said["done"]), [each["failed"] for each in said["left"]]) == (
        3,
        1,
        [True, False],
    )
    assert {len(told(each)["left"]) for each in owed(deployment, "finish_activation")} == {2, 3}
    words = json.loads(render("finish_activation", str(row.payload)))
    assert words["subject"] == "Account a7: 1 of 3 steps done"
    topic = json.loads(str(row.payload))["links"]["unsubscribe"].rpartition("/u/")[2]
    assert deployment.links is not None
    assert deployment.links.read_unsubscribe(topic) == (row.owner, "getting_started")
    assert "customer.example" not in str(row.payload) + str(row.key)


def test_no_steps_are_left_where_nobody_states_any(judge: Judge) -> None:
    assert owed(judge(steps()), "finish_activation") == []


def test_judging_again_owes_nothing_more_until_more_is_done(judge: Judge, tmp_path: Path) -> None:
    deployment = judge(steps(), {"activation_steps": ATTEMPTS})
    sent(deployment)
    open_run(deployment, "full")
    judge_waiting(deployment)
    again(deployment, 20)
    assert len(owed(deployment, "finish_activation", WELL)) == 1
    more = tmp_path / "more"
    more.mkdir()
    line = "a7,report,2026-06-10T10:00:00Z,done\n"
    (more / "activation_steps.csv").write_text(ATTEMPTS + line)
    book.judge_folder(deployment, more, book.DAY + timedelta(days=21))
    assert [len(told(row)["left"]) for row in owed(deployment, "finish_activation", WELL)] == [2, 1]


@pytest.mark.parametrize(
    ("words", "language", "origin"), [(BOTH, "de", "contact"), (ENGLISH, "en", "default")]
)
def test_a_letter_is_in_one_language_throughout(
    judge: Judge, words: Mapping[str, str], language: str, origin: str
) -> None:
    def speak_german(folder: Path) -> None:
        people = (folder / "contacts.csv").read_text().replace("name,role", "name,role,language")
        (folder / "contacts.csv").write_text(people.replace(",admin\n", ",admin,de\n"))

    deployment = judge(steps(words), {"activation_steps": ATTEMPTS}, edit=speak_german)
    (row,) = owed(deployment, "finish_activation", WELL)
    assert (told(row)["language"], told(row)["language_from"]) == (language, origin)
    body = json.loads(render("finish_activation", str(row.payload)))
    assert words[language] in body["text"]
    assert ("Schritten erledigt" in body["subject"]) is (language == "de")


@pytest.mark.parametrize(("into", "owing"), [(WRITTEN, 2), (HELD_OUT, 1)])
def test_who_tries_a_shorter_wait_hears_of_the_next_steps_sooner(
    judge: Judge, tmp_path: Path, into: str, owing: int
) -> None:
    """Both are told of the first steps on the same day: only what follows differs."""
    planned = Experiment(
        "sooner", "It helps.", ACTIVATION, "activated", 30, 10, 10, 50, 0.05, 0.8, (), Variant("s", {}, {}, 7)
    )

    def tried(deployment: Deployment) -> None:
        with deployment.database.write() as connection:
            start(connection, planned, "kim")
            account = connection.execute(select(accounts.c.id).where(accounts.c.key == WELL)).scalar_one()
            experiments.draw(connection, "sooner", Drawn(account, into, "", book.DAY), 1)

    deployment = judge(steps(), {"activation_steps": ATTEMPTS}, before=tried)
    sent(deployment)
    more = tmp_path / "more"
    more.mkdir()
    (more / "activation_steps.csv").write_text(ATTEMPTS + "a7,report,2026-06-03T10:00:00Z,done\n")
    pass_time(deployment.database, 7 * DAY_S)
    book.judge_folder(deployment, more, book.DAY + timedelta(days=7))
    assert len(owed(deployment, "finish_activation", WELL)) == owing


# -- the others --------------------------------------------------------------------------------------

SEATS = "account_id,user_id,assigned_on,last_active_at\n" + "".join(
    f"a7,u{number},2026-05-01,2026-05-{'31' if number < 2 else '02'}T10:00:00Z\n" for number in range(6)
)
LICENCES = """licence_id,account_id,product,status,issued_at,expires_on
l1,a7,core,expired,2025-06-01T00:00:00Z,2026-05-28
l2,a7,core,active,2025-06-01T00:00:00Z,2026-05-28
l3,a8,core,active,2025-06-01T00:00:00Z,2026-05-28
l4,a8,core,active,2026-05-28T00:00:00Z,2027-05-28
l5,a9,core,revoked,2025-06-01T00:00:00Z,2026-05-28
"""
MATERIAL = ChampionRule((Material(ENGLISH, ENGLISH, LINK),))
FEATURES = SpotlightRule((Feature("feature:alerts", ENGLISH, ENGLISH, 5, LINK),))


def few_seats(folder: Path) -> None:
    """Let the accounts have 40 seats, of which seven are used."""
    file = folder / "subscriptions.csv"
    file.write_text(file.read_text().replace(",8,100,", ",40,100,"))


def a_feature(folder: Path) -> None:
    """Let every account use a feature, and one of them another too."""
    file = folder / "usage.csv"
    head, *lines = file.read_text().splitlines()
    used = [f"{line},3,{int(line.startswith(f'{book.ACCOUNTS[0]},'))}" for line in lines]
    file.write_text("\n".join([f"{head},feature:export,feature:alerts", *used]) + "\n")


def too_small(folder: Path) -> None:
    """Let all be on a plan whose limits they hit, and try what is not in it."""
    file = folder / "usage.csv"
    head, *lines = file.read_text().splitlines()
    more = [f"{head},rate_limit_hits,locked_feature_attempts", *(f"{line},2,1" for line in lines)]
    file.write_text("\n".join(more) + "\n")
    terms = folder / "subscriptions.csv"
    text = terms.read_text().replace("auto_renew\n", "auto_renew,plan\n").replace(",true\n", ",true,team\n")
    terms.write_text(text)


def too_small_with_room(folder: Path) -> None:
    """The same with seats to spare, so that no letter is about them."""
    too_small(folder)
    file = folder / "subscriptions.csv"
    file.write_text(file.read_text().replace(",8,100,", ",10,100,"))


@pytest.mark.parametrize(
    ("rules", "template", "role", "files", "edit", "expected"),
    [
        (
            NudgeRules(unused_seats=UnusedRule()),
            "unused_seats",
            "billing",
            {},
            few_seats,
            {"used": 7, "seats": 40, "renewal_on": "2027-08-31"},
        ),
        (
            NudgeRules(invite_team=InviteRule(until_days=400)),
            "invite_team",
            "admin",
            {"seats": SEATS},
            few_seats,
            {"given": 6, "seats": 40},
        ),
        (
            NudgeRules(training_invitation=TrainingRule(ENGLISH, LINK, 45, adopted_pct=150)),
            "training_invitation",
            "champion",
            {"seats": SEATS},
            lambda _: None,
            {"given": 6, "minutes": 45, "link": LINK},
        ),
        (
            NudgeRules(upgrade_fits=UpgradeRule(LINK, ("team",))),
            "upgrade_fits",
            "admin",
            {},
            too_small_with_room,
            {"refused": 60, "tried": 30, "link": LINK},
        ),
        (
            NudgeRules(feature_spotlight=FEATURES),
            "feature_spotlight",
            "user",
            {},
            a_feature,
            {"minutes": 5, "link": LINK},
        ),
        (
            NudgeRules(licence_expired=ExpiredRule()),
            "licence_expired",
            "billing",
            {"licences": LICENCES},
            lambda _: None,
            {"licences": 2, "products": ["core"], "expired_on": "2026-05-28"},
        ),
        (
            NudgeRules(champion_material=MATERIAL),
            "champion_material",
            "champion",
            {
                "seats": SEATS.replace(",assigned_on", ",role,assigned_on").replace(
                    ",2026-05-01", ",champion,2026-05-01"
                )
            },
            lambda _: None,
            {"material": [{"name": ENGLISH, "about": ENGLISH, "link": LINK}]},
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_each_says_and_to_whom(  # noqa: PLR0917 - a row of the table
    judge: Judge,
    rules: NudgeRules,
    template: str,
    role: str,
    files: Mapping[str, str],
    edit: Edit,
    expected: Mapping[str, object],
) -> None:
    deployment = judge(rules, files, role, edit)
    (row,) = owed(deployment, template, WELL)
    said = told(row)
    assert {name: said[name] for name in expected} == expected
    assert json.loads(render(template, str(row.payload)))["subject"]
    assert book.person(WELL) in sent(deployment)
    again(deployment, 100)
    assert len(owed(deployment, template, WELL)) == 1


def test_without_anybody_in_a_role_nobody_is_written_to(judge: Judge) -> None:
    rules = NudgeRules(champion_material=MATERIAL, unused_seats=UnusedRule())
    assert owed(judge(rules, role="user", edit=few_seats), "unused_seats") == []


def test_a_notice_by_the_calendar_without_a_reader_is_kept_once_with_the_reason(judge: Judge) -> None:
    deployment = judge(NudgeRules(licence_expired=ExpiredRule()), {"licences": LICENCES}, role="user")
    again(deployment, 1)
    (kept,) = owed(deployment, "licence_expired")
    assert (kept.status, kept.reason, kept.owner) == ("suppressed", "no_contact", "")


def test_a_licence_that_another_follows_is_not_over(judge: Judge) -> None:
    deployment = judge(NudgeRules(licence_expired=ExpiredRule()), {"licences": LICENCES})
    assert [row.key.split("/")[2] for row in owed(deployment, "licence_expired")] == [WELL]


# -- who is left in peace ----------------------------------------------------------------------------

UNUSED = NudgeRules(unused_seats=UnusedRule(), licence_expired=ExpiredRule())


def stop(deployment: Deployment) -> None:
    with deployment.database.write() as connection:
        stops.put(connection, WELL, stops.Stop("they asked us to", None), "kim")


@pytest.mark.parametrize(
    ("files", "before", "why"),
    [
        ({}, lambda _: None, ""),
        ({"tickets": URGENT}, lambda _: None, "urgent_ticket"),
        ({}, stop, "do_not_contact"),
    ],
)
def test_a_nudge_is_held_as_it_is_planned_and_a_notice_leaves(
    judge: Judge, files: Mapping[str, str], before: Callable[[Deployment], object], why: str
) -> None:
    deployment = judge(UNUSED, {"licences": LICENCES, **files}, edit=few_seats, before=before)
    (nudge,) = owed(deployment, "unused_seats", WELL)
    assert (nudge.status, nudge.reason) == ("suppressed" if why else "due", why)
    sent(deployment)
    (notice,) = owed(deployment, "licence_expired", WELL)
    assert (notice.status, notice.reason) == ("sent", "")


def test_a_nudge_is_held_as_it_leaves(judge: Judge) -> None:
    deployment = judge(UNUSED, edit=few_seats)
    stop(deployment)
    sent(deployment)
    (row,) = owed(deployment, "unused_seats", WELL)
    assert (row.status, row.reason) == ("suppressed", "do_not_contact")
    assert {row.status for row in owed(deployment, "unused_seats", "a8")} == {"sent"}


def sent_before(
    deployment: Deployment, days: float, *, to: str = "", account: str = "a8", many: int = 2
) -> None:
    """Let letters have been sent days ago: to whom the nudge of `WELL` is owed, or to its account."""
    (nudge,) = owed(deployment, "unused_seats", WELL)
    with deployment.database.write() as connection:
        found = connection.execute(select(notices).where(notices.c.key == nudge.key)).one()
        whose = connection.execute(select(accounts.c.id).where(accounts.c.key == account)).scalar_one()
        settled = found.planned_ms - int(days * DAY_S * 1000)
        said = {"status": "sent", "settled_ms": settled, "account": whose, "owner": to or found.owner}
        made = [
            {**found._mapping, **said, "id": 10_000 + n, "key": f"before/{n}", "template": "failed_payment"}
            for n in range(many)
        ]
        connection.execute(insert(notices), made)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ({"days": 1, "many": 1}, ("sent", "")),
        ({"days": 1}, ("suppressed", "contact_cap")),
        ({"days": 6.9}, ("suppressed", "contact_cap")),
        ({"days": 7.1}, ("sent", "")),
        ({"days": 1, "to": "others", "account": WELL, "many": 3}, ("sent", "")),
        ({"days": 1, "to": "others", "account": WELL, "many": 4}, ("suppressed", "account_cap")),
    ],
)
def test_who_was_written_to_often_of_late_gets_no_nudge(
    judge: Judge, before: Mapping[str, Any], expected: tuple[str, str]
) -> None:
    deployment = judge(UNUSED, edit=few_seats)
    sent_before(deployment, **before)
    sent(deployment)
    (row,) = owed(deployment, "unused_seats", WELL)
    assert (row.status, row.reason) == expected


def test_a_notice_leaves_however_many_letters_went_before(judge: Judge) -> None:
    deployment = judge(UNUSED, {"licences": LICENCES}, edit=few_seats)
    sent_before(deployment, 1, account=WELL, many=5)
    sent(deployment)
    (notice,) = owed(deployment, "licence_expired", WELL)
    assert (notice.status, notice.reason) == ("sent", "")


def marked(folder: Path, say: str) -> None:
    """Let a field of an account say whether it is to be left alone."""
    header, *lines = (folder / "accounts.csv").read_text().splitlines()
    rows = [f"{line},{say if line.startswith(f'{WELL},') else 'no'}" for line in lines]
    (folder / "accounts.csv").write_text("\n".join([f"{header},do_not_contact", *rows]) + "\n")


def only_marked(folder: Path, say: str) -> Path:
    """A folder with the accounts alone, of which one says so."""
    for file in book.write(folder, news=True).iterdir():
        if file.name != "accounts.csv":
            file.unlink()
    marked(folder, say)
    return folder


def test_a_mark_of_a_source_stops_nudges_and_lets_go_once_it_is_gone(judge: Judge, tmp_path: Path) -> None:
    rules = replace(steps(), licence_expired=ExpiredRule())
    files = {"activation_steps": ATTEMPTS, "licences": LICENCES}
    deployment = judge(rules, files, edit=lambda folder: marked(folder, "yes"))
    (row,) = owed(deployment, "finish_activation", WELL)
    assert (row.status, row.reason) == ("suppressed", "do_not_contact/files")
    assert {row.status for row in owed(deployment, "licence_expired", WELL)} == {"due"}
    for say, days, owing in (("yes", 14, 2), ("", 28, 3)):
        book.judge_folder(deployment, only_marked(tmp_path / f"after {days}", say), book.DAY)
        again(deployment, days)
        assert len(owed(deployment, "finish_activation", WELL)) == owing
    assert [row.status for row in owed(deployment, "finish_activation", WELL)] == [*["suppressed"] * 2, "due"]


def test_a_mark_that_comes_after_a_nudge_was_planned_keeps_it_back(judge: Judge, tmp_path: Path) -> None:
    deployment = judge(UNUSED, edit=few_seats)
    (row,) = owed(deployment, "unused_seats", WELL)
    assert row.status == "due"
    book.judge_folder(deployment, only_marked(tmp_path / "after", "yes"), book.DAY)
    sent(deployment)
    (row,) = owed(deployment, "unused_seats", WELL)
    assert (row.status, row.reason) == ("suppressed", "do_not_contact/files")


def test_the_letter_about_a_limit_is_held_like_any_nudge(judge: Judge) -> None:
    """It came to be owed while nothing was open, and something was when it was to leave."""
    deployment = judge(NudgeRules(), edit=too_small)
    (row,) = owed(deployment, "approaching_limit", WELL)
    assert row.status == "due"
    stop(deployment)
    sent(deployment)
    (row,) = owed(deployment, "approaching_limit", WELL)
    assert (row.status, row.reason) == ("suppressed", "do_not_contact")


def test_what_was_kept_back_is_owed_again_after_the_rest(judge: Judge) -> None:
    deployment = judge(steps(), {"activation_steps": ATTEMPTS, "tickets": URGENT})
    for days, times in ((13, 1), (14, 2)):
        again(deployment, days)
        found = [row.reason for row in owed(deployment, "finish_activation", WELL)]
        assert found == ["urgent_ticket"] * times


def test_one_nudge_at_a_time(judge: Judge) -> None:
    rules = replace(steps(), invite_team=InviteRule(until_days=400))
    deployment = judge(rules, {"activation_steps": ATTEMPTS, "seats": SEATS}, edit=few_seats)
    sent(deployment)
    assert len(owed(deployment, "finish_activation", WELL)) == 1
    again(deployment, 13)
    assert owed(deployment, "invite_team", WELL) == []
    again(deployment, 14)
    assert len(owed(deployment, "invite_team", WELL)) == 1


def test_a_survey_goes_before_a_nudge(judge: Judge) -> None:
    def ask(deployment: Deployment) -> None:
        asking = SurveyRules(frozenset({NPS}), nps_after_days=30)
        deployment.policy = replace(deployment.policy, surveys=asking)

    deployment = judge(steps(), {"activation_steps": ATTEMPTS}, role="user", before=ask)
    found = [len(owed(deployment, name, WELL)) for name in ("survey_nps", "finish_activation")]
    assert found == [1, 0]
    again(deployment, 14)
    assert len(owed(deployment, "finish_activation", WELL)) == 1


def test_what_use_that_is_behind_would_tell_is_not_told(judge: Judge) -> None:
    deployment = judge(NudgeRules(spread_days=90, unused_seats=UnusedRule()), edit=few_seats)
    before = len(owed(deployment, "unused_seats"))
    again(deployment, 90)
    assert len(owed(deployment, "unused_seats")) == before < len(book.ACCOUNTS)


# -- since when --------------------------------------------------------------------------------------


def test_what_is_switched_on_reaches_the_book_over_days(judge: Judge) -> None:
    deployment = judge(replace(steps(), spread_days=5), {"activation_steps": ATTEMPTS})
    counts = [len(owed(deployment, "finish_activation"))]
    for days in range(1, 6):
        again(deployment, days)
        counts.append(len(owed(deployment, "finish_activation")))
    assert 0 < counts[0] < counts[2] < counts[4] == counts[5] == len(book.ACCOUNTS)


@pytest.mark.parametrize(("days", "since"), [(7, book.DAY), (8, book.DAY + timedelta(days=8))])
def test_a_letter_that_was_off_for_over_a_week_begins_anew(judge: Judge, days: int, since: date) -> None:
    deployment = judge(UNUSED, edit=few_seats)
    with deployment.database.write() as connection:
        nudges.begin(connection, {"unused_seats"}, book.DAY + timedelta(days=days))
        assert nudges.begun(connection)["unused_seats"] == since
        nudges.begin(connection, set(), book.DAY)
        rows_now = connection.execute(select(letter_starts.c.letter)).scalars().all()
    assert sorted(rows_now) == ["licence_expired", "unused_seats"]
