"""A day with canaries in settings, files, vendors' answers and errors: none is seen where it must not be."""

import html
import json
import re
import shutil
import subprocess
import sys
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
import requests
from sqlalchemy import insert, select

from store.database import Database
from store.schema import migrate
from store.tables import audit, receipts
from tests import book
from tests.rehearsal import ROOT
from tests.services import Redis
from tests.worker import played
from tests.worker.canaries import (
    CANARIES,
    CONTACTS,
    IN_ARGUMENTS,
    IN_TEXT,
    IN_URLS,
    PEOPLE,
    SECRETS,
    TOLD,
    UNREDACTED,
    WRITTEN_TO,
    found,
    with_everything,
)
from tests.worker.echoes import Echoes, echoes
from tests.worker.played import held, overheard, places, ring, speaking

ADDRESS = re.compile(r"[\w.+-]+(?:@|%40)(?:customer|seller|mail)\.example")


@pytest.fixture
def vendors() -> Iterator[Echoes]:
    with echoes() as running:
        yield running


@dataclass(frozen=True)
class Judged:
    """SQLite files with the day before judged and the day, live; and what proves its letters' links."""

    eve: Path
    day: Path
    links: list[str]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("judged")
    eve, day = folder / "eve.sqlite3", folder / "day.sqlite3"
    made = Database(f"sqlite:///{day}")
    migrate(made)
    made.close()
    played.judge_eve(f"sqlite:///{day}", folder / "eve")
    shutil.copy(day, eve)
    return Judged(eve, day, played.judge_day(f"sqlite:///{day}", folder / "day"))


def copied(file: Path, folder: Path) -> str:
    """The URL of a copy of one's own."""
    return f"sqlite:///{shutil.copy(file, folder / 'seatsignal.sqlite3')}"


def assert_silent(said: str, links: list[str]) -> None:
    """No canary, no address whosesoever, and nothing that proves a letter's link."""
    assert found(said, (*CANARIES, IN_TEXT, IN_ARGUMENTS)) == set()
    assert ADDRESS.findall(said) == []
    assert links
    assert proven(said, links) == []


def proven(said: str, links: list[str]) -> list[str]:
    """The signatures of links that are in a text."""
    return [link for link in links if link.rpartition(".")[2] in said]


# -- what finds them ---------------------------------------------------------------------------------

WRITTEN: tuple[Callable[[str], str], ...] = (
    str,
    repr,
    json.dumps,
    html.escape,
    quote,
    quote_plus,
    str.upper,
    lambda text: repr(text.encode()),
    lambda text: text.encode().hex(),
    *(lambda text, n=n: b64encode(b"\0\1\2"[:n] + text.encode() + b"\0rest").decode() for n in range(3)),
    lambda text: urlsafe_b64encode(f"user:{text}".encode()).decode(),
)


def test_there_are_forty():
    assert len(set(CANARIES)) >= 40


@pytest.mark.parametrize("written", WRITTEN)
def test_a_canary_is_found_however_it_is_written(written):
    for canary in CANARIES:
        assert found(f"({written(canary)})") == {canary}
    assert found(written("nobody@customer.example")) == set()


def test_a_part_of_a_canary_is_enough():
    for canary in TOLD:
        assert found(canary[:13]) == {canary}


# -- a day by command --------------------------------------------------------------------------------


def test_a_day_of_commands_shows_no_canary(judged, vendors, tmp_path):
    url, folder = copied(judged.eve, tmp_path), with_everything(book.write(tmp_path / "day", news=True))
    done = subprocess.run(
        [sys.executable, "-m", "tests.worker.driven", str(folder)],
        env=played.environment(url, vendors, tmp_path),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, '"event": "crashed"' in done.stderr.splitlines()[-1]) == (1, True), done.stderr
    assert_all_was_heard(vendors)
    links = re.findall(r"/[up]/([\w.-]+)", done.stdout)
    assert_silent(done.stderr, links)
    assert found(done.stdout) == set()
    rejects = "".join(file.read_text() for file in folder.glob("*.rejects.csv"))
    assert (bool(rejects), found(rejects)) == (True, set())
    assert_stored_well(url, links)
    with closing(Database(url)) as database, database.read() as connection:
        assert set(connection.execute(select(receipts.c.reason)).scalars()) >= ANSWERED


ANSWERED = {
    "auth_failed",
    "unauthorized",
    "status_500",
    "not_json",
    "unexpected_answer",
    "unnamed_error",
    "broken",
}


def assert_all_was_heard(vendors: Echoes) -> None:
    """The vendors were told every secret of theirs, and the addresses of those who were written to."""
    told = {*SECRETS.values(), *WRITTEN_TO}
    assert found("\n".join(vendors.heard), told) == told


KEPT_AS_STATED = {
    ("features", "packed"),
    ("fact_activation_steps", "help"),
    ("fact_activation_steps", "user_id"),
    ("fact_conversations", "by"),
    ("fact_conversations", "subject"),
    ("fact_events", "detail"),
    ("fact_outcomes", "reason"),
    ("fact_seats", "user_id"),
    ("fact_surveys", "user_id"),
    ("fact_tickets", "subject"),
    ("fact_tickets", "tags"),
}
"""Where a source's free texts and its own ids are, with whatever it writes into them."""


def assert_stored_well(url: str, links: list[str]) -> None:
    """People are in `subjects` alone, links in letters, secrets nowhere."""
    kept = held(url)
    assert places(kept, PEOPLE) == {("subjects", "email"), ("subjects", "name")}
    assert places(kept, TOLD) == set()
    assert places(kept, [IN_TEXT, IN_ARGUMENTS]) == KEPT_AS_STATED
    proving = {place for place, text in kept.items() if proven(text, links)}
    assert proving == {("notices", "payload"), ("bodies", "body")}


def test_a_leak_into_the_audit_would_be_noticed(sqlite_url):
    with closing(Database(sqlite_url)) as database, database.write() as connection:
        connection.execute(insert(audit).values(detail=f"wrote to {PEOPLE[0]}"))
    assert places(held(sqlite_url), PEOPLE) == {("audit", "detail")}


# -- workers -----------------------------------------------------------------------------------------

CELERY = ("-m", "celery", "-A", "tests.worker.hostile", "worker", "-l", "DEBUG")
DELIVERING = (*CELERY, "-P", "threads", "-c", "2", "-Q", "deliver", "-n", "delivering")
JUDGING = (*CELERY, "-P", "prefork", "-c", "1", "-Q", "pull,assess", "-n", "judging")
DELIVER = tuple(("deliver", "deliver", {"destination": name}) for name in ("mail", "slack"))
ALL = (*DELIVER, ("pull", "pull", {"source": "files", "slot": 1}), ("assess", "judge", {"slot": 1}))
BROKEN = ("about_to_break", "unloggable", "broke_unseen", "UserWarning", '"event": "crashed"')
DELIVERED = (*BROKEN, '"destination": "mail", "error": "RuntimeError"', '"destination": "slack", "error"')


def test_workers_whose_vendors_tell_everything_log_none_of_it(
    postgresql_url, redis_server: Redis, vendors, tmp_path
):
    played.judge_eve(postgresql_url, tmp_path / "eve")
    links = played.judge_day(postgresql_url, tmp_path / "day")
    variables = played.environment(postgresql_url, vendors, tmp_path, redis_server.port)
    in_file = tmp_path / "seatsignal_database_url"
    in_file.write_text(variables.pop("SEATSIGNAL_DATABASE_URL"))
    variables["SEATSIGNAL_SECRETS_DIR"] = str(tmp_path)
    redis_server.flush()
    with (
        overheard(redis_server) as heard,
        speaking(DELIVERING, variables, tmp_path / "delivering") as delivering,
        speaking(JUDGING, variables, tmp_path / "judging") as judging,
    ):
        ring(redis_server, *ALL)
        delivering.until(*DELIVERED, ring=lambda: ring(redis_server, *DELIVER))
        judging.until(*BROKEN, "raised unexpected: RuntimeError", "Task seatsignal.assess", "succeeded in")
    for said in (delivering.said, judging.said):
        assert_silent(said.read_text(), links)
    assert found("\n".join(heard), (*CANARIES, IN_TEXT, IN_ARGUMENTS)) == {IN_ARGUMENTS}
    assert_stored_well(postgresql_url, links)


def test_without_redaction_every_canary_of_a_worker_would_be_seen(
    judged, redis_server: Redis, vendors, tmp_path
):
    url = copied(judged.day, tmp_path)
    variables = played.environment(url, vendors, tmp_path, redis_server.port) | {UNREDACTED: "1"}
    redis_server.flush()
    with speaking(DELIVERING, variables, tmp_path / "delivering") as delivering:
        ring(redis_server, *DELIVER)
        delivering.until(*DELIVERED, ring=lambda: ring(redis_server, *DELIVER))
    said = delivering.said.read_text()
    assert found(said) == {*SECRETS.values(), IN_URLS["broker"], *WRITTEN_TO}
    assert ADDRESS.findall(said) != []
    assert proven(said, judged.links) == judged.links


# -- pages -------------------------------------------------------------------------------------------

WORDS = "&".join(quote(canary, safe="") for canary in CANARIES)
STRANGE = {"Cookie": f"session={SECRETS['SEATSIGNAL_SLACK_TOKEN']}", "Referer": f"https://{IN_TEXT}/"}
PAGES = (
    ("GET", "/p/{preferences}", {}, 200),
    ("GET", "/u/{unsubscribe}", {}, 200),
    ("POST", "/p/{preferences}", {"data": {"save": "yes", "topic": IN_TEXT}}, 200),
    ("POST", "/u/{unsubscribe}", {}, 500),
    ("POST", "/p/{preferences}", {"data": {"save": IN_TEXT}}, 400),
    ("POST", "/p/{preferences}", {"data": WORDS * 100}, 413),
    ("PUT", "/p/{preferences}", {"data": WORDS}, 405),
    ("GET", f"/u/{quote(CONTACTS[book.UNPAID])}", {}, 404),
    ("GET", f"/{quote(SECRETS['SEATSIGNAL_MAIL_PASSWORD'])}", {"params": {"password": IN_TEXT}}, 404),
    ("GET", "/healthz", {}, 200),
)


def test_no_page_shows_a_canary_not_even_one_that_it_was_asked_for(judged, vendors, tmp_path):
    links = judged.links
    unsubscribe = next(link for link in links if ".failed_payment." in link)
    preferences = next(link for link in links if link.split(".")[1].isdigit())
    variables = played.environment(copied(judged.day, tmp_path), vendors, tmp_path)
    with speaking(["-m", "tests.worker.hostile"], variables, tmp_path / "web") as web:
        web.until("web_listening")
        url = next(
            json.loads(line)["url"] for line in web.said.read_text().splitlines() if "web_listening" in line
        )
        for method, path, more, status in PAGES:
            address = url + path.format(unsubscribe=unsubscribe, preferences=preferences)
            page = requests.request(method, address, headers=STRANGE, timeout=10, **more)
            assert (path, page.status_code) == (path, status)
            assert_silent(page.text + str(page.headers), links)
    assert "page_broke" in web.said.read_text()
    assert_silent(web.said.read_text(), links)
