"""What a day's verdicts owe to whom: an alert for a colleague, a letter only where nothing is missing."""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Row, insert, update

from cli.opened import judge_waiting
from config.files import SHIPPED
from config.routes import SENDERS
from health import delta
from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured, RetryLater
from store import outbox, returns, sources, subjects
from store.subjects import EVERYTHING
from store.tables import facts, source_accounts
from store.tables import subjects as people
from templates.render import render
from tests import book
from tests.owed import rows
from tests.worker.test_deliver import Scripted
from worker import announce
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.pipeline import open_run, pull
from worker.release import go_live

UNPAID, RENEWING, LEAVING = book.UNPAID, book.RENEWING, book.LEAVING


@pytest.fixture(scope="module")
def eve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the day before judged, and live since."""
    folder = tmp_path_factory.mktemp("eve")
    opened = book.deployment(f"sqlite:///{folder / 'eve.sqlite3'}")
    book.judge_eve(opened, folder / "eve")
    go_live(opened)
    opened.database.close()
    return folder / "eve.sqlite3"


Change = Callable[[Path], object]
Judge = Callable[..., Deployment]


@pytest.fixture
def judge(eve: Path, tmp_path: Path) -> Iterator[Judge]:
    """Judges the day, after a change to its files and settings."""
    made: list[Deployment] = []

    def judged(change: Change = lambda _: None, **settings: object) -> Deployment:
        file = tmp_path / f"{len(made)}.sqlite3"
        shutil.copy(eve, file)
        made.append(book.deployment(f"sqlite:///{file}", **settings))
        folder = book.write(tmp_path / f"day {len(made)}", news=True)
        change(folder)
        book.judge_folder(made[-1], folder, book.DAY)
        return made[-1]

    yield judged
    for one in made:
        one.database.close()


def owed(deployment: Deployment) -> list[str]:
    return list(book.keys(deployment.database))


def letters(deployment: Deployment) -> dict[str, Row[tuple[object, ...]]]:
    """What customers are written, by template."""
    return {row.template: row for row in rows(deployment.database) if row.destination in SENDERS}


def addressee(deployment: Deployment, template: str) -> str:
    with deployment.database.read() as connection:
        address, _ = subjects.person(connection, letters(deployment)[template].owner)
    return address


def contacts(*lines: str) -> Change:
    """Say of some people what is different from the day before."""
    text = "\n".join(["account_id,email,name,role,language,consent", *lines])
    return lambda folder: (folder / "contacts.csv").write_text(text + "\n")


def contact(account: str, role: str, *, who: str = "billing", language: str = "", consent: str = "") -> str:
    """A line for the person whom the book knows as ``billing``, or for another."""
    return f"{account},{book.person(account, who)},Dana,{role},{language},{consent}"


# -- keys --------------------------------------------------------------------------------------------


def test_the_day_owes_what_it_should(judge):
    assert owed(judge()) == list(book.OWED)


def test_the_same_day_judged_twice_owes_under_the_same_keys(judge):
    first, second = ([row.key for row in rows(judge().database)] for _ in range(2))
    assert first == second


def test_judging_again_owes_nothing_new(judge):
    deployment = judge()
    for _ in range(2):
        open_run(deployment, "full")
        judge_waiting(deployment)
    assert owed(deployment) == list(book.OWED)


def cancel_everything(folder: Path) -> None:
    """One account that asks to cancel, did not pay, and whose window opens, all at once."""
    (folder / "tickets.csv").write_text(
        "ticket_id,account_id,opened_at,subject,status\n"
        f"t1,{RENEWING},2026-05-31T18:00:00Z,Please cancel our subscription,open\n"
    )
    payments = (folder / "payments.csv").read_text()
    paid = f"i-{RENEWING},{RENEWING},2026-05-30,paid,2026-05-30,100,EUR"
    assert paid in payments
    failed = f"i-{RENEWING},{RENEWING},2026-05-30,failed,,100,EUR"
    (folder / "payments.csv").write_text(payments.replace(paid, failed))


def test_a_colleague_gets_one_alert_of_an_account_whatever_it_is_about(judge):
    deployment = judge(cancel_everything)
    of_account = [row for row in rows(deployment.database) if row.key.startswith(f"csm/{RENEWING}/")]
    (alert,) = of_account
    told = json.loads(alert.payload)
    assert {flag["kind"] for flag in told["flags"]} >= {"cancel_ticket", "failed_payment", "90"}
    assert (told["kind"], told["severity"], told["term"]) == (
        "at_risk",
        "high",
        f"s-{RENEWING}@{book.TERM_START}",
    )
    assert len({row.thread for row in of_account}) == 1


def test_an_alert_says_who_owns_the_account_and_names_no_customer(judge):
    alert = next(row for row in rows(judge().database) if row.key.startswith(f"csm/{LEAVING}/"))
    told = json.loads(alert.payload)
    assert (told["account_key"], told["account_name"]) == (LEAVING, f"Account {LEAVING}")
    assert told["owner_name"] == "Ann Lee"
    assert (told["band"], told["previous_score"] > told["score"]) == ("at_risk", True)
    assert (alert.destination, alert.owner) == ("slack", "#customer-success")
    assert "customer.example" not in alert.payload


# -- letters: whatever is missing keeps one back ------------------------------------------------------


def without_owner(folder: Path) -> None:
    text = (folder / "accounts.csv").read_text()
    (folder / "accounts.csv").write_text(text.replace(book.OWNER, ""))


def without_amount(folder: Path) -> None:
    text = (folder / "payments.csv").read_text()
    (folder / "payments.csv").write_text(text.replace("failed,,100,EUR", "failed,,,"))


def unpaid(status: str, attempts: int = 0) -> Change:
    """The invoice that failed is one of another status, tried so often."""

    def change(folder: Path) -> None:
        header, *invoices = (folder / "payments.csv").read_text().splitlines()
        found = [f"{invoice},{attempts if ',failed,' in invoice else 0}" for invoice in invoices]
        text = "\n".join([f"{header},attempts", *found]) + "\n"
        (folder / "payments.csv").write_text(text.replace(",failed,", f",{status},"))

    return change


KEPT_BACK: dict[str, tuple[Change, dict[str, object], set[str]]] = {
    "no public address": (lambda _: None, {"public_url": ""}, set()),
    "no amount": (without_amount, {}, {"renewal"}),
    "nothing that could still be paid": (unpaid("uncollectible"), {}, {"renewal"}),
}


@pytest.mark.parametrize(("change", "settings", "left"), KEPT_BACK.values(), ids=KEPT_BACK)
def test_a_letter_that_lacks_something_is_not_written_and_the_alert_is(judge, change, settings, left):
    deployment = judge(change, **settings)
    assert set(letters(deployment)) == left
    alerted = {row.key.split("/")[1] for row in rows(deployment.database) if row.destination == "slack"}
    assert alerted == {LEAVING, UNPAID, RENEWING}


UNREAD: dict[str, tuple[Change, dict[str, str]]] = {
    "no colleague to answer to": (without_owner, {"failed_payment": "no_owner", "renewal": "no_owner"}),
    "nobody in a role": (
        contacts(contact(UNPAID, "user"), contact(RENEWING, "champion")),
        {"failed_payment": "no_contact", "renewal": "no_contact"},
    ),
    "nobody who consents": (
        contacts(contact(UNPAID, "billing", consent="false")),
        {"failed_payment": "no_consent"},
    ),
}


@pytest.mark.parametrize(("change", "kept"), UNREAD.values(), ids=UNREAD)
def test_a_notice_without_a_reader_is_kept_with_the_reason_and_the_alert_is_told(judge, change, kept):
    deployment = judge(change)
    found = letters(deployment)
    assert set(found) == {"failed_payment", "renewal"}
    assert {name: row.reason for name, row in found.items() if row.status == "suppressed"} == kept
    assert {row.owner for name, row in found.items() if name in kept} == {""}
    alerted = {row.key.split("/")[1] for row in rows(deployment.database) if row.destination == "slack"}
    assert alerted == {LEAVING, UNPAID, RENEWING}


def test_a_notice_without_a_reader_is_kept_once_and_is_no_letter_to_look_at(judge):
    deployment = judge(contacts(contact(RENEWING, "champion")))
    open_run(deployment, "full")
    judge_waiting(deployment)
    assert [row.template for row in rows(deployment.database)].count("renewal") == 1
    with deployment.database.read() as connection:
        assert outbox.latest_payload(connection, "renewal", RENEWING) is None
        assert outbox.latest_payload(connection, "failed_payment", UNPAID) is not None


def test_an_open_invoice_that_was_tried_in_vain_is_written_of_as_a_failed_one(judge):
    told = json.loads(letters(judge(unpaid("open", attempts=2)))["failed_payment"].payload)
    assert (told["invoice"], told["amount_minor"]) == (f"i-{UNPAID}", 10_000)


ROLES = {
    "failed_payment": (UNPAID, ("billing", "admin")),
    "renewal": (RENEWING, ("admin", "billing")),
}


@pytest.mark.parametrize("template", ROLES)
def test_a_letter_goes_to_the_first_role_that_the_account_has(judge, template):
    account, roles = ROLES[template]
    everybody = contacts(
        *(contact(account, role, who=role) for role in ("user", "champion", "admin", "billing"))
    )
    assert addressee(judge(everybody), template) == book.person(account, roles[0])
    without = [
        contact(account, role, who=role, consent="false" if role == roles[0] else "") for role in roles
    ]
    assert addressee(judge(contacts(*without)), template) == book.person(account, roles[1])


def in_languages(contact_s: str, account_s: str) -> Change:
    """Say what language a billing contact states, and every account."""

    def change(folder: Path) -> None:
        contacts(contact(UNPAID, "billing", language=contact_s))(folder)
        header, *lines = (folder / "accounts.csv").read_text().splitlines()
        assert "language" not in header
        told = [f"{header},language", *(f"{line},{account_s}" for line in lines)]
        (folder / "accounts.csv").write_text("\n".join(told) + "\n")

    return change


@pytest.mark.parametrize(
    ("contact_s", "account_s", "language"),
    [
        ("de_AT", "fr", ["de-AT", "contact"]),
        ("", "fr", ["fr", "account"]),
        ("tlh", "fr", ["fr", "account"]),
        ("Deutsch", "", ["en", "default"]),
    ],
)
def test_a_letter_is_in_the_contact_s_language_or_the_account_s(judge, contact_s, account_s, language):
    deployment = judge(in_languages(contact_s, account_s))
    told = json.loads(letters(deployment)["failed_payment"].payload)
    assert [told["language"], told["language_from"]] == language


def test_a_letter_carries_its_links(judge):
    deployment = judge(contacts(contact(UNPAID, "billing", language="de")))
    letter = letters(deployment)["failed_payment"]
    told = json.loads(letter.payload)
    assert (told["company_name"], told["reply_to"]) == ("Lumen Works", book.OWNER)
    assert (told["invoice"], told["amount_minor"], told["currency"]) == (f"i-{UNPAID}", 10_000, "EUR")
    links = deployment.links
    assert links is not None
    token = told["links"]["unsubscribe"].rpartition("/u/")[2]
    assert links.read_unsubscribe(token) == (letter.owner, "failed_payment")
    assert links.read_preferences(told["links"]["preferences"].rpartition("/p/")[2]) == letter.owner
    assert "customer.example" not in letter.payload + letter.key + letter.thread


# -- at the moment of sending ------------------------------------------------------------------------


class Inbox:
    """A mail destination that remembers whom it was to write to."""

    batch_size, keyed = 5, False

    def __init__(self) -> None:
        self.written: list[str] = []

    def check(self) -> None:
        """Always well."""

    def deliver(self, owed: Sequence[Notice]) -> Iterator[Receipt]:
        for letter in owed:
            self.written.append(letter.owner)
            yield Receipt(letter.key, "sent")


def refuse(topic: str) -> Callable[[Deployment, str], None]:
    def refused(deployment: Deployment, subject: str) -> None:
        with deployment.database.write() as connection:
            subjects.set_consent(connection, subject, topic, granted=False)

    return refused


def erase(deployment: Deployment, subject: str) -> None:
    gone = update(people).where(people.c.token == subject).values(erased_ms=1, email="", name="")
    with deployment.database.write() as connection:
        connection.execute(gone)


def opt_out(source: str) -> Callable[[Deployment, str], None]:
    """Let a source state that a person wants no mail: that of the letter, or another with the same person."""

    def stated(deployment: Deployment, subject: str) -> None:
        table = facts["contacts"]
        with deployment.database.write() as connection:
            if source == "files":
                connection.execute(update(table).where(table.c.subject == subject).values(consent=False))
                return
            sources.register(connection, source)
            connection.execute(insert(source_accounts), {"id": 99, "source": source, "external_id": "x"})
            row = {"source_account": 99, "subject": subject, "consent": False, "batch": 1}
            connection.execute(insert(table), row)

    return stated


def tell(kind: str, address: str = "") -> Callable[[Deployment, str], None]:
    def told(deployment: Deployment, subject: str) -> None:
        with deployment.database.write() as connection:
            whose = address or subjects.person(connection, subject)[0].upper()
            returns.take(connection, "postmark", returns.Return("e1", whose, kind, 1))

    return told


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (tell("bounced"), "bounced"),
        (tell("complained"), "complained"),
        (tell("unsubscribed"), "no_consent"),
        (tell("delayed"), ""),
        (tell("bounced", "somebody.else@customer.example"), ""),
        (refuse("failed_payment"), "no_consent"),
        (refuse(EVERYTHING), "no_consent"),
        (erase, "no_address"),
        (opt_out("files"), "no_consent"),
        (opt_out("hubspot"), "no_consent"),
        (refuse("renewal"), ""),
        (lambda *_: None, ""),
    ],
)
def test_consent_is_asked_again_as_a_letter_is_sent(judge, change, reason):
    deployment, inbox = judge(), Inbox()
    deployment._destinations["mail"] = inbox
    change(deployment, letters(deployment)["failed_payment"].owner)
    deliver(deployment, "mail")
    letter = letters(deployment)["failed_payment"]
    assert (letter.status, letter.reason) == (("suppressed", reason) if reason else ("sent", ""))
    assert (book.person(UNPAID) in inbox.written) is (reason == "")
    assert book.person(RENEWING) in inbox.written


def test_letters_leave_through_the_sender_that_the_routes_name(judge, tmp_path):
    routes = tmp_path / "routes.yaml"
    routes.write_text((SHIPPED / "routes.yaml").read_text().replace("# sender: postmark", "sender: postmark"))
    deployment, inbox = judge(routes=routes), Inbox()
    deployment._destinations["postmark"] = inbox
    assert {row.destination for row in letters(deployment).values()} == {"postmark"}
    deployment.routes = deployment.routes.model_copy(update={"sender": "mail"})
    deliver(deployment, "postmark")
    assert book.person(RENEWING) in inbox.written, "an address, though letters leave through another now"


def test_what_goes_to_a_receiver_of_ones_own_is_plain_words(judge, tmp_path):
    routes = tmp_path / "routes.yaml"
    told = (SHIPPED / "routes.yaml").read_text(encoding="utf-8")
    routes.write_text(told.replace("slack\n", "webhook\n", 2), encoding="utf-8")
    deployment, received = judge(routes=routes), Inbox()
    deployment._destinations["webhook"] = received
    found = [row for row in rows(deployment.database) if row.destination == "webhook"]
    assert {row.template for row in found} >= {"alert_task"}
    assert all(set(json.loads(render(row.template, row.payload))) >= {"subject", "text"} for row in found)
    deliver(deployment, "webhook")
    assert set(received.written) <= {"#customer-success", "#sales"}
    assert len(received.written) == len(found)


# -- for the people who run it -----------------------------------------------------------------------


class Failing:
    """A source that cannot be read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def check(self) -> None:
        """Never asked."""

    def pull(self, _cursor: str | None) -> Iterator[object]:
        raise self._error


def test_operators_are_told_once_that_a_source_needs_a_person(judge):
    deployment = judge()
    before = owed(deployment)
    for reason in ("unauthorized", "unauthorized", "column_missing"):
        deployment.use_source("files", Failing(Misconfigured(reason, "files: set SEATSIGNAL_FILES_FOLDER")))
        assert pull(deployment, "files").failure == reason
    told = [row for row in rows(deployment.database) if row.key not in before and row.template == "operator"]
    assert [row.key for row in told] == [
        f"operator/stale/files/{book.DAY}/1/unauthorized",
        f"operator/stale/files/{book.DAY}/1/column_missing",
    ]
    assert len({row.thread for row in told}) == 1
    assert {(row.destination, row.owner, row.status) for row in told} == {("slack", "#seatsignal-ops", "due")}
    assert "files: set SEATSIGNAL_FILES_FOLDER" in json.loads(told[0].payload)["what_to_do"]


def test_operators_are_not_told_of_what_time_mends(judge):
    deployment = judge()
    deployment.use_source("files", Failing(RetryLater("timeout", "files: timeout")))
    assert pull(deployment, "files").failure == "timeout"
    assert owed(deployment) == list(book.OWED)


def test_an_alert_shows_how_use_has_gone_up_to_the_last_complete_day(judge: Judge) -> None:
    deployment = judge()
    (row,) = [row for row in rows(deployment.database) if row.key.startswith(f"csm/{UNPAID}/")]
    found = json.loads(row.payload)
    assert found["weeks"] == [None] * 4 + [7.0] * 8
    assert found["weeks_of"] == "active_users"


def renewals(deployment: Deployment) -> list[tuple[str, str]]:
    found = [row for row in rows(deployment.database) if row.template == "renewal"]
    return [(row.status, row.reason) for row in found]


def rules(folder: Path, rule: str) -> dict[str, object]:
    """The settings under which one rule of renewal letters holds."""
    (folder / "letters.yaml").write_text(f"renewal:\n  - {{ name: ours, {rule} }}\n")
    return {"letters": folder / "letters.yaml"}


@pytest.mark.parametrize(
    ("rule", "owed"),
    [
        ("windows: [90]", [("due", "")]),
        ("windows: [30]", []),
        ("windows: [90], countries: [DE], term_days_min: 300", [("due", "")]),
        ("windows: [90], countries: [FR]", [("suppressed", "no_letter_rule")]),
        ("windows: [90], regions: [BY]", [("suppressed", "no_letter_rule")]),
        ("windows: [90], customer_types: [consumer]", [("suppressed", "no_letter_rule")]),
        ("windows: [90, 60], between: [90, 60]", [("due", "")]),
        ("windows: [90], between: [100, 90]", [("due", "")]),
        ("windows: [90], needs: [seats]", [("due", "")]),
        ("windows: [90], needs: [notice_by]", [("suppressed", "incomplete")]),
    ],
)
def test_a_renewal_letter_leaves_by_its_rule_or_is_kept_with_the_reason(
    judge: Judge, tmp_path: Path, rule: str, owed: list[tuple[str, str]]
) -> None:
    assert renewals(judge(**rules(tmp_path, rule))) == owed


@pytest.mark.parametrize(
    ("daily", "people"),
    [
        ("7,7", [7] * 8),
        ("0,0", None),
        (",", None),
    ],
)
def test_a_renewal_letter_draws_the_weeks_in_which_people_used_it(
    judge: Judge, daily: str, people: list[int] | None
) -> None:
    def used(folder: Path) -> None:
        file = folder / "usage.csv"
        mine = f"{RENEWING},"
        said = [
            line.removesuffix("7,7") + daily if line.startswith(mine) else line
            for line in file.read_text().splitlines()
        ]
        file.write_text("\n".join(said) + "\n")

    content = json.loads(letters(judge(used))["renewal"].payload)
    if people is None:
        assert content.get("use") is None
    else:
        assert content["use"] == {"people": people, "until": str(book.DAY - timedelta(days=1))}


def test_too_late_for_its_rule_a_letter_is_kept_as_untimely(judge: Judge, tmp_path: Path) -> None:
    """The notice deadline opens the window, and the term ends long after it."""
    notice = "subscription_id,account_id,term_start,term_end,seats,mrr,currency,status,auto_renew,notice_days"

    def with_notice(folder: Path) -> None:
        file = folder / "subscriptions.csv"
        lines = file.read_text().splitlines()
        changed = [f"{line},30" if f",{RENEWING}," in line else f"{line}," for line in lines[1:]]
        changed = [line.replace("2026-08-30", "2026-09-29") for line in changed]
        file.write_text("\n".join([notice, *changed]) + "\n")

    deployment = judge(with_notice, **rules(tmp_path, "windows: [90], between: [100, 60]"))
    assert renewals(deployment) == [("suppressed", "untimely")]


def test_the_end_of_what_stood_before_going_live_is_told_to_nobody(tmp_path, sqlite_url):
    opened = book.deployment(sqlite_url)
    book.judge_day(opened, tmp_path / "day", book.DAY)
    go_live(opened)
    well = book.write(tmp_path / "well", news=False)
    book.judge_folder(opened, well, book.DAY + timedelta(days=1))
    slack = Scripted()
    opened._destinations["slack"] = slack
    deliver(opened, "slack")
    (over,) = (row for row in rows(opened.database) if row.template == "recovered")
    assert (slack.calls, over.status, over.reason) == ([], "suppressed", "never_told")
    opened.database.close()


@pytest.mark.parametrize(
    ("points", "told"), [((-4,), False), ((-30, 26), False), ((-50,), True), ((-80, 76), True)]
)
def test_what_moved_a_score_by_next_to_nothing_is_not_told(points: tuple[int, ...], told: bool) -> None:
    changes = tuple(delta.Change("adoption", each) for each in points)
    assert announce._tells(delta.Delta(sum(points), changes)) is told
