"""A survey's page: opening it changes nothing, its button is one answer, and what is refused is not kept."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random

import pytest
import requests
from sqlalchemy import insert, select, update

from config.links import Survey
from dashboard.app import create_app
from health.surveys import CHANGE_DAYS, REST_DAYS, scores
from store import subjects
from store.database import Database
from store.erasure import erase
from store.installation import business_day
from store.surveys import SOURCE
from store.tables import accounts, audit, facts, links, metadata, source_accounts
from tests.dashboard.conftest import COMPANY, NOBODY, Site, served

DAY_MS = 86_400_000
_numbers = count(1)


@dataclass(frozen=True)
class Asked:
    """A person at an account of their own who was asked something today."""

    site: Site
    key: str
    account: int
    email: str
    subject: str

    def link(self, kind: str = "nps", days_ago: int = 0) -> str:
        on = self.today - timedelta(days=days_ago)
        return self.site.links.survey(Survey(self.subject, self.account, kind, on))

    @property
    def database(self) -> Database:
        return self.site.database

    @property
    def today(self) -> date:
        with self.database.read() as connection:
            return business_day(connection)

    def answers(self) -> list[tuple[str, float]]:
        """What is known of the account's answers, through its link, the first first."""
        c = facts["surveys"].c
        query = select(c.kind, c.score).join(links, links.c.source_account == c.source_account)
        query = query.where(links.c.account == self.account, links.c.to_batch.is_(None))
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(c.answered_ms))]

    def audited(self) -> list[tuple[str, str]]:
        query = select(audit.c.action, audit.c.detail).where(audit.c.about == self.subject)
        with self.database.read() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(audit.c.id))]

    def touched(self) -> int:
        with self.database.read() as connection:
            query = select(accounts.c.touched).where(accounts.c.id == self.account)
            return int(connection.execute(query).scalar_one())

    def earlier(self, days: float) -> None:
        """Let what was answered have been answered so many days before."""
        c = facts["surveys"].c
        moved = update(facts["surveys"]).where(c.user_id == self.subject)
        with self.database.write() as connection:
            connection.execute(moved.values(answered_ms=c.answered_ms - int(days * DAY_MS)))


def someone(site: Site) -> Asked:
    key = f"asked {next(_numbers)}/ü"
    email = f"ada{next(_numbers)}@customer.example"
    with site.database.write() as connection:
        account = connection.execute(insert(accounts).values(key=key).returning(accounts.c.id)).scalar_one()
        subject = subjects.remember(connection, {email: "Ada Quill"})[email]
    return Asked(site, key, account, email, subject)


@pytest.fixture
def asked(site: Site) -> Asked:
    return someone(site)


@pytest.fixture
def one(shared_site: Site) -> Asked:
    """On one database, for tests that the database makes no difference to."""
    return someone(shared_site)


def whole(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def ticked(page: str) -> list[str]:
    boxes = re.findall(r"<input type=\"radio\"[^>]*>", page)
    return [re.findall(r'value="(\d+)"', box)[0] for box in boxes if " checked" in box]


@pytest.mark.parametrize("kind", ["nps", "activation_ease", "renewal_confidence"])
def test_a_scanner_that_opens_every_link_changes_nothing(
    asked: Asked, http: requests.Session, kind: str
) -> None:
    link = asked.link(kind)
    before = whole(asked.database)
    for score in (*scores(kind), 99, "x", ""):
        for method in ("GET", "HEAD", "GET"):
            assert http.request(method, f"{link}?score={score}").status_code == 200
    assert whole(asked.database) == before


@pytest.mark.parametrize(
    ("given", "expected"), [("7", ["7"]), ("0", ["0"]), ("11", []), ("-1", []), ("07", []), ("", [])]
)
def test_the_number_of_the_link_is_ticked_and_one_button_sends_it(
    one: Asked, http: requests.Session, given: str, expected: list[str]
) -> None:
    page = http.get(f"{one.link()}?score={given}").text
    assert "How likely are you to recommend Example &amp; Sons to a colleague?" in page
    assert ticked(page) == expected
    assert page.count("<button") == page.count('<form method="post">') == 1
    assert "Nothing is sent before you press the button." in page


def test_the_button_is_an_answer_of_the_account(asked: Asked, http: requests.Session) -> None:
    touched = asked.touched()
    page = http.post(f"{asked.link()}?score=3", data={"score": "9"})
    assert (page.status_code, "Your answer is kept." in page.text) == (200, True)
    assert asked.answers() == [("nps", 9.0)]
    assert asked.audited() == [("survey_answered", "nps 9")]
    assert asked.touched() > touched
    with asked.database.read() as connection:
        query = select(source_accounts.c.source, links.c.rule, links.c.evidence).join(links)
        row = connection.execute(query.where(links.c.account == asked.account)).one()
    assert tuple(row) == (SOURCE, "our_id", f"our_id {asked.key}")


def test_the_same_click_eight_at_once_is_one_answer(asked: Asked) -> None:
    link = asked.link("activation_ease")
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: requests.post(link, data={"score": "4"}, timeout=30), range(8)))
    assert [(each.status_code, "Thank you" in each.text) for each in said] == [(200, True)] * 8
    assert asked.answers() == [("activation_ease", 4.0)]
    assert asked.audited() == [("survey_answered", "activation_ease 4")]


def test_another_answer_counts_for_a_week_from_the_first(asked: Asked, http: requests.Session) -> None:
    link = asked.link(days_ago=20)
    http.post(link, data={"score": "9"})
    asked.earlier(CHANGE_DAYS - 0.01)
    assert "Your answer is kept." in http.post(link, data={"score": "2"}).text
    assert asked.answers() == [("nps", 9.0), ("nps", 2.0)]
    asked.earlier(0.02)
    closed = http.post(link, data={"score": "8"})
    assert (closed.status_code, "This survey is closed" in closed.text) == (200, True)
    assert asked.answers() == [("nps", 9.0), ("nps", 2.0)]
    assert len(asked.audited()) == 2


def test_each_letter_is_answered_for_itself(one: Asked, http: requests.Session) -> None:
    http.post(one.link(days_ago=20), data={"score": "9"})
    one.earlier(15)
    assert "kept" in http.post(one.link("renewal_confidence"), data={"score": "1"}).text
    assert "kept" in http.post(one.link(), data={"score": "9"}).text
    assert one.answers() == [("nps", 9.0), ("renewal_confidence", 1.0), ("nps", 9.0)]


def test_people_of_one_account_answer_for_themselves(one: Asked, http: requests.Session) -> None:
    with one.database.write() as connection:
        other = subjects.remember(connection, {"bob@customer.example": "Bob"})["bob@customer.example"]
    theirs = one.site.links.survey(Survey(other, one.account, "nps", one.today))
    for link in (one.link(), theirs):
        assert "kept" in http.post(link, data={"score": "9"}).text
    assert one.answers() == [("nps", 9.0), ("nps", 9.0)]


@pytest.mark.parametrize("score", ["11", "-1", "7.5", "", "x", "1e1", "NaN", "9" * 400, None])
def test_what_is_no_number_of_the_scale_is_no_answer(
    one: Asked, http: requests.Session, score: str | None
) -> None:
    before = whole(one.database)
    said = http.post(one.link(), data={} if score is None else {"score": score})
    assert (said.status_code, "Nothing was changed" in said.text) == (400, True)
    assert whole(one.database) == before


@pytest.mark.parametrize(("days", "status"), [(REST_DAYS - 1, 200), (REST_DAYS, 404), (-1, 404)])
def test_a_link_works_until_the_person_may_be_asked_again(
    one: Asked, http: requests.Session, days: int, status: int
) -> None:
    link = one.link(days_ago=days)
    assert http.get(link).status_code == http.post(link, data={"score": "9"}).status_code == status
    assert len(one.answers()) == (status == 200)


def test_who_was_erased_is_not_heard(asked: Asked, http: requests.Session) -> None:
    link = asked.link()
    assert http.get(link).status_code == 200
    erase(asked.database, asked.email, "kim")
    before = whole(asked.database)
    assert http.get(link).status_code == http.post(link, data={"score": "9"}).status_code == 404
    assert whole(asked.database) == before


def test_an_answer_outlives_who_gave_it_without_their_name(asked: Asked, http: requests.Session) -> None:
    http.post(asked.link(), data={"score": "9"})
    erase(asked.database, asked.email, "kim")
    assert asked.answers() == [("nps", 9.0)]
    assert asked.email not in repr(whole(asked.database))


@pytest.mark.parametrize("kind", ["csat", "of_the_past"])
def test_a_kind_that_is_not_asked_by_mail_is_refused(one: Asked, http: requests.Session, kind: str) -> None:
    link = one.link(kind)
    assert http.get(link).status_code == http.post(link, data={"score": "3"}).status_code == 404


def test_links_for_another_purpose_are_refused(one: Asked, http: requests.Session) -> None:
    for other in (
        one.site.links.unsubscribe(one.subject, "surveys"),
        one.site.links.preferences(one.subject),
    ):
        token = other.rpartition("/")[2]
        assert http.post(f"{one.site.url}/s/{token}", data={"score": "9"}).status_code == 404
    token = one.link().rpartition("/")[2]
    assert {http.get(f"{one.site.url}/{page}/{token}").status_code for page in "up"} == {404}


def test_a_page_is_in_the_language_of_the_browser(one: Asked, http: requests.Session) -> None:
    http.headers["Accept-Language"] = "de-AT"
    assert "Wie wahrscheinlich ist es" in http.get(one.link()).text
    assert "Vielen Dank" in http.post(one.link(), data={"score": "9"}).text


def altered(good: str) -> Iterator[str]:
    """Two thousand texts that are nearly a token, each another."""
    chance = Random(7)
    letters = "ABCxyz019-_.=+~%C3"
    seen = {good}
    while len(seen) <= 2_000:
        at, left_out = chance.randrange(len(good)), chance.randrange(3)
        middle = "".join(chance.choice(letters) for _ in range(chance.randrange(3)))
        made = good[:at] + middle + good[at + left_out :]
        if made not in seen and "%" not in made:
            seen.add(made)
            yield made


def test_two_thousand_altered_links_answer_nothing(one: Asked, http: requests.Session) -> None:
    good = one.link().rpartition("/")[2]
    before = whole(one.database)
    said = {http.post(f"{one.site.url}/s/{each}", data={"score": "9"}).status_code for each in altered(good)}
    assert said == {404}
    assert whole(one.database) == before
    assert http.post(f"{one.site.url}/s/{good}", data={"score": "9"}).status_code == 200


def test_the_account_is_judged_anew_once_for_each_answer(one: Asked, http: requests.Session) -> None:
    judged: list[int] = []
    app = create_app(one.database, COMPANY, NOBODY, judge=lambda: judged.append(len(one.answers())))
    path = one.link().removeprefix(one.site.url)
    with served(app) as url:
        for score in ("9", "9", "2"):
            assert http.post(f"{url}{path}", data={"score": score}).status_code == 200
    assert judged == [1, 2]
