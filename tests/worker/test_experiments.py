"""Experiments at work: who gets no letter, that it stays so, and what is told once there are enough."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from cli.opened import judge_waiting
from health.experiments import BETTER, HELD_OUT, NO_EVIDENCE, WRITTEN, Experiment, Variant, arm, sample
from health.records import Account, Licence, Outcome
from integrations.roles import Page
from store import balance, experiments
from store.experiments import Drawn
from store.tables import accounts, arms, audit
from templates.render import render
from tests import book
from tests.owed import go_live, rows
from tests.worker.test_listings import tell
from worker.deployment import Deployment
from worker.experiments import Refused, cadences, start, stop, told, unchanged
from worker.pipeline import assess, open_run
from worker.release import go_live as release

PLANNED = Experiment(
    name="limit",
    hypothesis="The letter lets more accounts grow.",
    letter="approaching_limit",
    metric="expanded",
    within_days=30,
    baseline_pct=5.0,
    effect_points=70.0,
    hold_out_pct=50.0,
    alpha=0.05,
    power=0.8,
    strata=("size_band", "customer_type"),
)
NUDGED = {account for account in book.ACCOUNTS if account not in {book.LEAVING, book.UNPAID}}
"""Who is owed the letter on the day: all but who is at risk, and whose payment failed."""


def run(deployment: Deployment, experiment: Experiment = PLANNED) -> None:
    with deployment.database.write() as connection:
        start(connection, experiment, "kim")


def end(deployment: Deployment, name: str = "limit") -> None:
    with deployment.database.write() as connection:
        stop(connection, name, "enough", "kim")


# -- who is held out ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the day before judged, and live since."""
    folder = tmp_path_factory.mktemp("eve")
    opened = book.deployment(f"sqlite:///{folder / 'eve.sqlite3'}")
    book.judge_eve(opened, folder / "eve")
    release(opened)
    opened.database.close()
    return folder / "eve.sqlite3"


@pytest.fixture
def live(eve: Path, tmp_path: Path) -> Iterator[Deployment]:
    opened = book.deployment(f"sqlite:///{shutil.copy(eve, tmp_path / 'day.sqlite3')}")
    yield opened
    opened.database.close()


def growing(folder: Path, more: tuple[str, ...] = (), size_band: str = "11-50") -> Path:
    """The book of the day, where everybody tries locked features: with seats nearly full, room to grow."""
    book.write(folder, news=True)
    edited = {
        "usage": lambda line: f"{line},{'locked_feature_attempts' if line[0:3] == 'acc' else 5}",
        "contacts": lambda line: line.replace(",billing", ",admin"),
        "accounts": lambda line: f"{line},{'size_band' if line[0:3] == 'acc' else size_band}",
    }
    for name, edit in edited.items():
        file = folder / f"{name}.csv"
        lines = [edit(line) for line in file.read_text().splitlines()]
        file.write_text("\n".join(lines) + "\n")
    for name in ("accounts", "contacts", "subscriptions", "usage", "payments") if more else ():
        file = folder / f"{name}.csv"
        text = file.read_text()
        of_one = [line for line in text.splitlines() if "a5" in line.replace(".", ",").split(",")]
        file.write_text(text + "".join(f"{line.replace('a5', key)}\n" for key in more for line in of_one))
    return folder


def judge(deployment: Deployment, folder: Path, day: date = book.DAY) -> None:
    book.judge_folder(deployment, folder, day)


def letters(deployment: Deployment) -> dict[str, tuple[str, str]]:
    """Where each account's letter about a limit stands, and why."""
    return {
        row.key.split("/")[2]: (row.status, row.reason)
        for row in rows(deployment.database)
        if row.template == "approaching_limit"
    }


def drawn(deployment: Deployment) -> dict[str, tuple[object, ...]]:
    query = select(accounts.c.key, arms.c.arm, arms.c.stratum, arms.c.drawn_on, arms.c.run)
    with deployment.database.read() as connection:
        found = connection.execute(query.join(accounts, accounts.c.id == arms.c.account)).all()
    return {row.key: tuple(row[1:]) for row in found}


HELD, DUE = ("suppressed", HELD_OUT), ("due", "")


def test_who_is_held_out_gets_no_letter_and_all_else_is_as_ever(live, tmp_path):
    run(live)
    judge(live, growing(tmp_path / "day"))
    found = letters(live)
    held = {account for account in NUDGED if arm(PLANNED, account) == HELD_OUT}
    assert 0 < len(held) < len(NUDGED)
    assert found == {account: HELD if account in held else DUE for account in NUDGED}
    others = {row.template: row.status for row in rows(live.database) if row.destination == "mail"}
    assert others | {"approaching_limit": ""} == {
        "approaching_limit": "",
        "renewal": "due",
        "failed_payment": "due",
    }
    tasks = {row.key.split("/")[1] for row in rows(live.database) if row.template == "expansion"}
    assert tasks == NUDGED
    with live.database.read() as connection:
        assert list(balance.defects(connection)) == []
        assert all(each.adds_up for each in balance.balances(connection))


def test_without_an_experiment_everybody_is_written_to(live, tmp_path):
    judge(live, growing(tmp_path / "day"))
    assert (letters(live), drawn(live)) == (dict.fromkeys(NUDGED, DUE), {})


def test_an_arm_is_noted_with_its_stratum_its_day_and_its_run(live, tmp_path):
    run(live)
    judge(live, growing(tmp_path / "day"))
    (last,) = {found[-1] for found in drawn(live).values()}
    assert drawn(live) == {
        account: (arm(PLANNED, account), "11-50 / unknown", book.DAY, last) for account in NUDGED
    }
    assert last == max(row.run for row in rows(live.database) if row.run)


def test_accounts_that_come_and_strata_that_change_move_nobody(live, tmp_path):
    run(live)
    judge(live, growing(tmp_path / "day"))
    before, stood = drawn(live), letters(live)
    more = ("b1", "b2", "b3", "b4")
    judge(live, growing(tmp_path / "later", more, size_band="201-500"), book.DAY + timedelta(1))
    for _ in range(2):
        open_run(live, "full")
        judge_waiting(live)
    after = drawn(live)
    assert {account: after[account] for account in before} == before
    assert set(after) - set(before) == set(more)
    assert {account: letters(live)[account] for account in before} == stood
    assert {account: after[account][:2] for account in more} == {
        account: (arm(PLANNED, account), "201-500 / unknown") for account in more
    }


def test_the_arm_that_was_noted_counts_whatever_the_hash_would_say_now(live, tmp_path):
    run(live)
    other = {HELD_OUT: WRITTEN, WRITTEN: HELD_OUT}
    with live.database.write() as connection:
        for row in connection.execute(select(accounts)).all():
            noted = Drawn(row.id, other[arm(PLANNED, row.key)], "", book.DAY_BEFORE)
            experiments.draw(connection, "limit", noted, 1)
    judge(live, growing(tmp_path / "day"))
    assert letters(live) == {
        account: DUE if arm(PLANNED, account) == HELD_OUT else HELD for account in NUDGED
    }


def test_once_it_is_stopped_nobody_is_held_out_any_more(live, tmp_path):
    run(live)
    judge(live, growing(tmp_path / "day"))
    before = letters(live)
    end(live)
    more = ("b1", "b2", "b3", "b4")
    judge(live, growing(tmp_path / "later", more), book.DAY + timedelta(1))
    assert letters(live) == before | dict.fromkeys(more, DUE)
    assert set(drawn(live)) == NUDGED


def test_once_it_is_read_nobody_is_drawn_any_more(live, tmp_path):
    run(live)
    judge(live, growing(tmp_path / "day"))
    with live.database.write() as connection:
        read = experiments.begun(connection)["limit"]._replace(read_on=book.DAY, reading="{}")
        assert experiments.keep_reading(connection, read)
    more = ("b1", "b2", "b3", "b4")
    judge(live, growing(tmp_path / "later", more), book.DAY + timedelta(1))
    assert {letters(live)[account] for account in more} == {DUE}
    assert set(drawn(live)) == NUDGED


def test_whoever_had_the_letter_before_is_in_no_arm(live, tmp_path):
    judge(live, growing(tmp_path / "day"))
    with live.database.write() as connection:
        start(connection, PLANNED, "kim")
        connection.exec_driver_sql(
            "UPDATE flags SET state = 'resolved', why = 'recovered' WHERE kind = 'expansion'"
        )
    open_run(live, "full")
    judge_waiting(live)
    told_twice = [row for row in rows(live.database) if row.template == "expansion"]
    assert len(told_twice) > len(NUDGED)
    assert (letters(live), drawn(live)) == (dict.fromkeys(NUDGED, DUE), {})


# -- variants ----------------------------------------------------------------------------------------

SUBJECT = {"en": "Is there room?", "de": "Ist Platz?", "fr": "Place ?", "es": "¿Sitio?"}
VARIED = replace(PLANNED, variant=Variant("question", subject=SUBJECT, note=SUBJECT))


def worded(deployment: Deployment) -> dict[str, str]:
    """The subject of each account's letter about a limit."""
    return {
        row.key.split("/")[2]: json.loads(render(row.template, row.payload))["subject"]
        for row in rows(deployment.database)
        if row.template == "approaching_limit"
    }


def in_variant(deployment: Deployment) -> set[str]:
    return {account for account, subject in worded(deployment).items() if subject == SUBJECT["en"]}


def test_each_account_gets_its_own_variant_and_all_are_written_to(live, tmp_path):
    run(live, VARIED)
    judge(live, growing(tmp_path / "day"))
    tried = {account for account in NUDGED if arm(VARIED, account) == WRITTEN}
    assert 0 < len(tried) < len(NUDGED)
    assert (letters(live), in_variant(live)) == (dict.fromkeys(NUDGED, DUE), tried)
    assert {account: found[0] for account, found in drawn(live).items()} == {
        account: WRITTEN if account in tried else HELD_OUT for account in NUDGED
    }
    more = ("b1", "b2", "b3", "b4")
    judge(live, growing(tmp_path / "later", more, size_band="201-500"), book.DAY + timedelta(1))
    assert in_variant(live) == tried | {account for account in more if arm(VARIED, account) == WRITTEN}
    assert set(letters(live)) == NUDGED | set(more)


def test_the_arm_that_was_noted_chooses_the_words_and_nobody_gets_them_after_a_stop(live, tmp_path):
    run(live, VARIED)
    with live.database.write() as connection:
        for row in connection.execute(select(accounts).where(accounts.c.key != "a5")).all():
            experiments.draw(connection, "limit", Drawn(row.id, HELD_OUT, "", book.DAY_BEFORE), 1)
        noted = connection.execute(select(accounts.c.id).where(accounts.c.key == "a5")).scalar_one()
        experiments.draw(connection, "limit", Drawn(noted, WRITTEN, "", book.DAY_BEFORE), 1)
    judge(live, growing(tmp_path / "day"))
    assert in_variant(live) == {"a5"}
    end(live)
    judge(live, growing(tmp_path / "later", ("b1", "b2", "b3", "b4")), book.DAY + timedelta(1))
    assert in_variant(live) == {"a5"}


def test_a_variant_that_changed_since_the_start_is_named(began):
    other = replace(PLANNED, name="words", letter="invite_team", variant=VARIED.variant)
    run(began, other)
    with began.database.read() as connection:
        begun = experiments.begun(connection)["words"]
    unchanged(begun, other)
    with pytest.raises(Refused, match="variant: started with"):
        unchanged(begun, replace(other, variant=Variant("question", subject=SUBJECT)))


def test_only_who_tries_other_days_between_two_letters_waits_as_long(began):
    sooner = Variant("sooner", every_days=7)
    run(began, replace(PLANNED, name="sooner", letter="finish_activation", variant=sooner))
    with began.database.write() as connection:
        made = [{"key": key, "fresh": 1} for key in ("usual", "varied", "far")]
        connection.execute(insert(accounts), made)
        ids = {row.key: row.id for row in connection.execute(select(accounts))}
        for key, into in (("usual", HELD_OUT), ("varied", WRITTEN), ("far", WRITTEN)):
            experiments.draw(connection, "sooner", Drawn(ids[key], into, "", book.DAY), 1)
        first, last = sorted((ids["usual"], ids["varied"]))
        assert cadences(connection, first, last) == {ids["varied"]: {"finish_activation": 7}}
        stop(connection, "sooner", "enough", "kim")
        assert cadences(connection, first, last) == {}


# -- start and stop ----------------------------------------------------------------------------------


def test_nothing_is_tried_before_anything_leaves(deployment):
    with pytest.raises(Refused, match="go-live"):
        run(deployment)
    with deployment.database.read() as connection:
        assert experiments.begun(connection) == {}


@pytest.fixture
def began(deployment: Deployment) -> Deployment:
    go_live(deployment.database)
    book.set_day(deployment.database, book.DAY)
    run(deployment)
    return deployment


def changed(**fields: object) -> Experiment:
    return Experiment(**{name: getattr(PLANNED, name) for name in PLANNED.__slots__} | fields)


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        (PLANNED, "'limit' was started on 2026-06-01: a name is used once"),
        (changed(effect_points=60.0), "effect_points: started with 70.0, now 60.0"),
        (changed(strata=()), "strata: started with ('size_band', 'customer_type'), now ()"),
        (changed(name="other"), "'limit' runs with the letter approaching_limit: stop it first"),
    ],
)
def test_what_runs_is_not_started_again(began, planned, said):
    with pytest.raises(Refused) as caught:
        run(began, planned)
    assert said in str(caught.value)


def test_after_a_stop_another_may_run(began):
    end(began)
    run(began, changed(name="other"))
    with pytest.raises(Refused, match="'limit' was stopped on 2026-06-01: enough"):
        end(began)
    with pytest.raises(Refused, match="'unheard_of' was never started"):
        end(began, "unheard_of")


def test_who_did_what_is_in_the_audit(began):
    end(began)
    query = select(audit.c.action, audit.c.about, audit.c.detail, audit.c.actor)
    with began.database.read() as connection:
        found = [tuple(row) for row in connection.execute(query)]
    assert found == [
        ("experiment_started", "limit", PLANNED.hash, "kim"),
        ("experiment_stopped", "limit", "enough", "kim"),
    ]


def test_a_plan_that_changed_is_named_field_by_field(began):
    with began.database.read() as connection:
        begun = experiments.begun(connection)["limit"]
    unchanged(begun, PLANNED)
    with pytest.raises(Refused) as caught:
        unchanged(begun, changed(metric="churned", baseline_pct=80))
    assert [line.split(":")[0].strip() for line in str(caught.value).splitlines()[1:3]] == [
        "metric",
        "baseline_pct",
    ]


# -- what it told ------------------------------------------------------------------------------------

HELD_OUT_NEEDED, WRITTEN_NEEDED = sample(PLANNED)
EACH = max(HELD_OUT_NEEDED, WRITTEN_NEEDED)
LAST = book.DAY + timedelta(PLANNED.within_days - 1)
"""The last day that counts for who is drawn on the day."""


def follow(
    deployment: Deployment,
    each: int = EACH,
    met: Callable[[str, int], date | None] = lambda *_: None,
    known: date = LAST,
    today: date = LAST + timedelta(1),
) -> None:
    """Draw accounts into arms on the day, some of whom grow; outcomes are known through a day."""
    names = {(drawn, number): f"{drawn}{number}" for drawn in (HELD_OUT, WRITTEN) for number in range(each)}
    grown = [
        Outcome(account, on, "expanded")
        for (drawn, number), account in names.items()
        if (on := met(drawn, number)) is not None
    ]
    page = Page([*map(Account, [*names.values(), "other"]), *grown, Outcome("other", known, "renewed")], None)
    book.set_day(deployment.database, today)
    assert tell(deployment, [page]).failure == ""
    with deployment.database.write() as connection:
        ids = {row.key: row.id for row in connection.execute(select(accounts))}
        for (drawn, _), account in names.items():
            experiments.draw(connection, "limit", Drawn(ids[account], drawn, "", book.DAY), 1)


def read(deployment: Deployment, planned: Experiment | None = PLANNED):
    with deployment.database.write() as connection:
        return told(connection, "limit", planned, "kim")


def if_written(on: date) -> Callable[[str, int], date | None]:
    return lambda drawn, _: on if drawn == WRITTEN else None


def test_with_enough_it_tells_what_the_letter_did(began):
    follow(began, met=if_written(LAST))
    found = read(began)
    assert (found.reading.verdict, found.reading.points) == (BETTER, 100)
    assert (found.drawn, found.over) == ({HELD_OUT: EACH, WRITTEN: EACH},) * 2
    assert (found.begun.read_on, found.through) == (LAST + timedelta(1), LAST)


@pytest.mark.parametrize("on", [book.DAY - timedelta(1), LAST + timedelta(1)])
def test_an_outcome_on_another_day_does_not_count(began, on):
    follow(began, met=if_written(on), known=LAST + timedelta(9), today=LAST + timedelta(10))
    assert read(began).reading.verdict == NO_EVIDENCE


def test_another_outcome_is_not_the_metric(began):
    follow(began)
    with began.database.read() as connection:
        some = [row.key for row in connection.execute(select(accounts)) if row.key.startswith(WRITTEN)]
    tell(began, [Page([Outcome(account, LAST, "renewed") for account in some], None)])
    assert read(began).reading.verdict == NO_EVIDENCE


LICENSED = changed(name="licensed", metric="activated")


@pytest.fixture
def licensed(deployment: Deployment) -> Deployment:
    go_live(deployment.database)
    book.set_day(deployment.database, book.DAY)
    run(deployment, LICENSED)
    return deployment


@pytest.mark.parametrize(
    ("on", "today", "verdict"),
    [
        (LAST, LAST + timedelta(1), BETTER),
        (book.DAY - timedelta(1), LAST + timedelta(1), NO_EVIDENCE),
        (LAST + timedelta(1), LAST + timedelta(2), NO_EVIDENCE),
        (LAST, LAST, None),  # the last day may not be known whole
    ],
)
def test_a_licence_that_is_activated_counts_on_its_day(licensed, on, today, verdict):
    keys = [f"{drawn}{number}" for drawn in (HELD_OUT, WRITTEN) for number in range(EACH)]
    of = [Licence(f"key-{key}", key, "active", activated_ms=noon_ms(on)) for key in keys if WRITTEN in key]
    book.set_day(licensed.database, today)
    tell(licensed, [Page([*map(Account, keys), *of], None)])
    with licensed.database.write() as connection:
        for row in connection.execute(select(accounts)).all():
            noted = Drawn(row.id, WRITTEN if WRITTEN in row.key else HELD_OUT, "", book.DAY)
            experiments.draw(connection, "licensed", noted, 1)
        found = told(connection, "licensed", LICENSED, "kim")
    assert (found.reading.verdict if found.reading else None) == verdict


def noon_ms(day: date) -> int:
    return int(datetime.combine(day, time(12), UTC).timestamp() * 1000)


def told_of_enough(deployment: Deployment) -> list[str]:
    open_run(deployment, "full", assess)
    return [row.key for row in rows(deployment.database) if row.key.startswith("operator/experiment")]


def test_operators_are_told_once_that_it_can_be_read(began):
    follow(began, known=LAST - timedelta(1))
    assert told_of_enough(began) == []
    follow_up = Page([Outcome("other", LAST, "renewed")], None)
    tell(began, [follow_up])
    assert [told_of_enough(began) for _ in range(2)] == [["operator/experiment/limit/enough"]] * 2


def test_what_is_read_is_not_told_again(began):
    follow(began)
    read(began)
    assert told_of_enough(began) == []


TOO_EARLY = {
    "too few were drawn": {"each": min(HELD_OUT_NEEDED, WRITTEN_NEEDED) - 1},
    "outcomes are not known so far": {"known": LAST - timedelta(1)},
    "the last day is not over": {"known": LAST + timedelta(5), "today": LAST},
}


@pytest.mark.parametrize("lacking", TOO_EARLY.values(), ids=TOO_EARLY)
def test_before_there_are_enough_nothing_is_said_and_nothing_kept(began, lacking):
    follow(began, **{"met": if_written(book.DAY)} | lacking)
    found = read(began)
    assert (found.reading, found.begun.reading) == (None, "")
    with began.database.read() as connection:
        assert experiments.begun(connection)["limit"].read_on is None


def test_days_after_a_stop_do_not_count(began):
    follow(began, each=0)
    book.set_day(began.database, LAST)
    end(began)
    follow(began, met=if_written(book.DAY), known=LAST + timedelta(30), today=LAST + timedelta(60))
    found = read(began)
    assert (found.reading, found.through) == (None, LAST - timedelta(1))


def test_days_before_a_stop_do(began):
    follow(began, each=0)
    book.set_day(began.database, LAST + timedelta(1))
    end(began)
    follow(began, met=if_written(book.DAY), known=LAST + timedelta(30), today=LAST + timedelta(60))
    assert read(began).reading.verdict == BETTER


def test_it_is_read_once_whatever_comes_later(began):
    follow(began)
    before = drawn(began)
    first = read(began)
    assert first.reading.verdict == NO_EVIDENCE
    with began.database.read() as connection:
        some = [row.key for row in connection.execute(select(accounts)) if row.key.startswith(WRITTEN)]
    tell(began, [Page([Outcome(account, book.DAY, "expanded") for account in some], None)])
    book.set_day(began.database, LAST + timedelta(20))
    again = read(began)
    assert again.reading == first.reading
    assert again.begun == first.begun
    assert drawn(began) == before
    with began.database.read() as connection:
        done = connection.execute(select(audit.c.detail).where(audit.c.action == "experiment_read")).scalars()
        assert list(done) == [NO_EVIDENCE]


def test_what_changed_since_the_start_is_refused_before_it_is_read(began):
    follow(began, met=if_written(book.DAY))
    with pytest.raises(Refused, match="within_days: started with 30, now 20"):
        read(began, changed(within_days=20))
    assert read(began, None).reading.verdict == BETTER


def test_without_outcomes_nothing_is_over(began):
    found = read(began)
    assert (found.through, found.over, found.reading) == (None, {}, None)
    with began.database.write() as connection, pytest.raises(Refused, match="never started"):
        told(connection, "unheard_of", None, "kim")
