"""Modes at work: what is held for a person, what they decide, and what becomes of it as time goes by."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from config.files import SHIPPED
from config.modes import ModeRule, Modes
from store import approvals, audit, balance, outbox, returns, subjects
from store.approvals import APPROVED, MAILED, REJECTED, Held
from store.database import Database
from store.erasure import erase
from store.installation import set_setting
from store.returns import Return
from store.subjects import EVERYTHING
from store.tables import approvals as table
from store.tables import notices, runs
from store.tables import returns as came_back
from tests import book
from tests.owed import pass_time, rows
from tests.store.locks import anybody_waits
from tests.worker.test_announce import Inbox
from worker import deliver as module
from worker import waiting
from worker.deliver import deliver
from worker.deployment import Deployment
from worker.mails import Undecidable, decide, shown
from worker.modes import Kept, approved
from worker.release import go_live
from worker.waiting import Decision, look

HOUR_S = 3_600.0
LETTERS = ("failed_payment", "renewal")
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
    """Judges the day with modes of its own, the shipped ones by default, and delivers what may leave."""
    made: list[Deployment] = []

    def judged(modes: str = "", *, leaving: bool = True, **settings: object) -> Deployment:
        file = tmp_path / "modes.yaml"
        file.write_text(modes or (SHIPPED / "modes.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        copied = shutil.copy(eve, tmp_path / f"{len(made)}.sqlite3")
        made.append(book.deployment(f"sqlite:///{copied}", modes=file, **settings))
        book.judge_folder(made[-1], book.write(tmp_path / "day", news=True), book.DAY)
        if leaving:
            sent(made[-1])
        return made[-1]

    yield judged
    for each in made:
        assert not defects(each)
        each.database.close()


def sent(deployment: Deployment) -> list[str]:
    """Deliver what is due by mail, and return to whom."""
    inbox = Inbox()
    deployment._destinations["mail"] = inbox
    deliver(deployment, "mail")
    return inbox.written


def defects(deployment: Deployment) -> list[balance.Defect]:
    with deployment.database.read() as connection:
        return list(balance.defects(connection))


def held(deployment: Deployment) -> dict[str, Held]:
    with deployment.database.read() as connection:
        return {each.template: each for each in approvals.waiting(connection)}


def stands(deployment: Deployment) -> dict[str, tuple[str, str]]:
    return {
        row.template: (row.status, row.reason) for row in rows(deployment.database) if row.template in LETTERS
    }


def say(deployment: Deployment, template: str, decision: str, by: str = "U01ANN", reason: str = "") -> None:
    """Decide about the letter of a template, whether it is held or not."""
    (key,) = [row.key for row in rows(deployment.database) if row.template == template]
    with deployment.database.write() as connection:
        decide(deployment, connection, key, Decision(decision, by, reason))


def later(database: Database, hours: float) -> None:
    """Let time pass, for notices and for what is held."""
    pass_time(database, hours * HOUR_S)
    moved = ("held_ms", "expires_ms", "leaves_by_ms", "warned_ms", "decided_ms")
    with database.write() as connection:
        connection.execute(
            update(table).values({name: table.c[name] - int(hours * 3_600_000) for name in moved})
        )


# -- held --------------------------------------------------------------------------------------------


def test_a_new_installation_holds_every_letter_and_accounts_for_it(judge):
    deployment = judge()
    assert stands(deployment) == dict.fromkeys(LETTERS, ("held", "approval"))
    with deployment.database.read() as connection:
        assert all(each.adds_up for each in balance.balances(connection))


def test_what_is_approved_leaves_word_for_word_and_the_rest_waits(judge):
    deployment = judge()
    mail = held(deployment)["renewal"]
    say(deployment, "renewal", APPROVED)
    assert sent(deployment) == [book.person(book.RENEWING)]
    with deployment.database.read() as connection:
        found = approvals.find(connection, mail.key)
    assert found is not None
    assert (found.body, found.status, found.decision, found.actor) == (
        mail.body,
        "sent",
        "approved",
        "U01ANN",
    )
    assert stands(deployment)["failed_payment"] == ("held", "approval")


def test_a_person_sees_what_the_customer_would_read_whom_and_why(judge):
    deployment = judge()
    with deployment.database.read() as connection:
        mail = shown(connection, held(deployment)["failed_payment"])
    assert mail.to == book.person(book.UNPAID)
    assert mail.subject
    assert "100.00" in mail.text
    assert mail.language == "en"
    assert mail.why[0] == "To be approved: no rule of modes.yaml names it."
    assert any(line.startswith("failed_payment: ") for line in mail.why), "the flag"
    assert f"invoice: i-{book.UNPAID}" in mail.why, "a figure that the letter states"
    assert not any(line.startswith("links: ") for line in mail.why)


def test_a_letter_that_waits_keeps_no_other_to_the_same_person(judge):
    """What follows in its thread goes before it."""
    deployment = judge()
    first = held(deployment)["renewal"]
    with deployment.database.write() as connection:
        connection.execute(
            insert(notices).values(
                key="newer",
                destination="mail",
                kind="message",
                thread=f"letter/{book.RENEWING}/{first.subject}",
                account=first.account,
                template="failed_payment",
                owner=first.subject,
                payload=held(deployment)["failed_payment"].payload,
                status="due",
            )
        )
    deployment.modes = Modes(rules=(ModeRule(name="all", mode="automatic"),))
    assert sent(deployment) == [book.person(book.RENEWING)]
    assert stands(deployment)["renewal"][0] == "held"


def test_who_may_not_be_written_to_is_asked_about_by_nobody(judge):
    deployment = judge(leaving=False)
    with deployment.database.write() as connection:
        for row in connection.execute(select(notices.c.owner).where(notices.c.template.in_(LETTERS))):
            subjects.set_consent(connection, row.owner, EVERYTHING, granted=False)
    assert sent(deployment) == []
    assert stands(deployment) == dict.fromkeys(LETTERS, ("suppressed", "no_consent"))


# -- decided -----------------------------------------------------------------------------------------


def test_to_approve_twice_is_said_to_the_second_and_sends_once(judge):
    deployment = judge()
    say(deployment, "renewal", APPROVED)
    with pytest.raises(Undecidable, match="was approved already, by U01ANN"):
        say(deployment, "renewal", APPROVED, by="U02BOB")
    assert sent(deployment) == [book.person(book.RENEWING)]
    assert sent(deployment) == []


def test_what_is_rejected_is_never_sent_and_it_is_kept_who_and_why(judge):
    deployment = judge()
    say(deployment, "renewal", REJECTED, reason="they have left")
    with pytest.raises(Undecidable, match="was rejected already"):
        say(deployment, "renewal", APPROVED)
    assert sent(deployment) == []
    assert stands(deployment)["renewal"] == ("suppressed", "rejected")
    with deployment.database.read() as connection:
        found = approvals.lately(connection, 9)
    (said,) = {(each.actor, each.reason) for each in found if each.template == "renewal"}
    assert said == ("U01ANN", "they have left")


def test_of_two_who_decide_at_the_same_moment_one_does(postgresql_url, tmp_path):
    deployment = book.deployment(postgresql_url, modes=None)
    book.judge_eve(deployment, tmp_path / "eve")
    go_live(deployment)
    book.judge_day(deployment, tmp_path / "day", book.DAY)
    sent(deployment)
    key = held(deployment)["renewal"].key
    with ThreadPoolExecutor(1) as pool:
        with deployment.database.write() as first, deployment.database.read() as watch:
            decide(deployment, first, key, Decision(APPROVED, "U01ANN"))
            second = pool.submit(say, deployment, "renewal", REJECTED, "U02BOB", "no")
            until = time.monotonic() + 10
            while not (second.done() or anybody_waits(watch)):
                assert time.monotonic() < until
        with pytest.raises(Undecidable, match="was approved already, by U01ANN"):
            second.result(10)
    assert sent(deployment) == [book.person(book.RENEWING)]
    assert not defects(deployment)
    deployment.database.close()


@pytest.mark.parametrize("change", ["consent", "bounce"])
def test_what_was_approved_is_looked_at_again_as_it_leaves(judge, change):
    deployment = judge()
    mail = held(deployment)["renewal"]
    say(deployment, "renewal", APPROVED)
    with deployment.database.write() as connection:
        if change == "consent":
            subjects.set_consent(connection, mail.subject, "renewal", granted=False)
        else:
            returns.take(connection, "postmark", Return("1", book.person(book.RENEWING), "bounced", 1))
    assert sent(deployment) == []
    assert stands(deployment)["renewal"][0] == "suppressed"


@pytest.mark.parametrize("where", ["claimed", "rendered"])
def test_a_sender_that_dies_after_an_approval_asks_nobody_again(judge, where, monkeypatch):
    deployment = judge()
    say(deployment, "renewal", APPROVED)
    with monkeypatch.context() as patched:
        patched.setattr(module, "failpoint", lambda name: dies() if name == where else None)
        with pytest.raises(RuntimeError):
            sent(deployment)
    pass_time(deployment.database, 60)
    with deployment.database.write() as connection:
        module.settlement.lapse(connection)
    assert sent(deployment) == [book.person(book.RENEWING)]


def dies() -> None:
    raise RuntimeError("dead")


def test_other_words_than_those_approved_are_held_again(judge):
    """Replayed, a letter is worded anew."""
    deployment = judge()
    say(deployment, "renewal", APPROVED)
    with deployment.database.write() as connection:
        payload = json.loads(held_payload(deployment)) | {"seats": 9}
        changed = update(notices).where(notices.c.template == "renewal")
        connection.execute(changed.values(payload=json.dumps(payload), body=None))
    assert sent(deployment) == []
    assert stands(deployment)["renewal"] == ("held", "approval")


def held_payload(deployment: Deployment) -> str:
    (found,) = [row.payload for row in rows(deployment.database) if row.template == "renewal"]
    return str(found)


def test_a_letter_of_a_held_run_waits_for_its_run_first(judge):
    deployment = judge(leaving=False)
    with deployment.database.write() as connection:
        connection.execute(update(notices).where(notices.c.run.is_not(None)).values(status="planned"))
        connection.execute(update(runs).values(status="held"))
    assert sent(deployment) == []
    with pytest.raises(Undecidable, match="waits for nobody's approval now"):
        say(deployment, "renewal", APPROVED)
    assert stands(deployment)["renewal"][0] == "planned"


def test_a_sender_that_was_frozen_undoes_no_decision(judge):
    """It claimed the letter before another one held it, and comes back after the person."""
    deployment = judge()
    (row,) = [row for row in rows(deployment.database) if row.template == "renewal"]
    say(deployment, "renewal", REJECTED, reason="they have left")
    with deployment.database.write() as connection, pytest.raises(Kept):
        approved(deployment, connection, outbox.notice_of(row, "", b""))
    with deployment.database.read() as connection:
        found = approvals.find(connection, row.key)
    assert found is not None
    assert (found.decision, found.status) == ("rejected", "suppressed")


def test_of_whoever_was_erased_nothing_is_shown_and_nothing_waits(judge):
    deployment = judge()
    mail = held(deployment)["renewal"]
    erase(deployment.database, book.person(book.RENEWING), "operator")
    look(deployment)
    assert set(held(deployment)) == {"failed_payment"}
    with deployment.database.read() as connection:
        found = approvals.find(connection, mail.key)
        assert found is not None
        seen = shown(connection, found)
    assert (seen.to, seen.subject, seen.text) == ("", "", "")


# -- time --------------------------------------------------------------------------------------------


def operators_told(deployment: Deployment) -> list[str]:
    return [
        json.loads(row.payload)["title"]
        for row in rows(deployment.database)
        if row.template == "operator" and row.thread.endswith("operator/approvals")
    ]


def test_operators_are_told_before_a_letter_expires_and_it_does_not_before_that(judge):
    deployment = judge()
    later(deployment.database, 150)
    look(deployment)
    assert operators_told(deployment) == ["2 mails to customers wait for a person, and expire"]
    later(deployment.database, 23)
    look(deployment)
    assert set(held(deployment)) == set(LETTERS)
    later(deployment.database, 2)
    look(deployment)
    assert stands(deployment) == dict.fromkeys(LETTERS, ("suppressed", "approval_expired"))
    assert len(operators_told(deployment)) == 1


def test_nothing_expires_of_which_nobody_could_be_told(judge):
    """As after days on which nothing ran."""
    deployment = judge()
    later(deployment.database, 500)
    look(deployment)
    assert set(held(deployment)) == set(LETTERS)
    assert len(operators_told(deployment)) == 1
    later(deployment.database, 25)
    look(deployment)
    assert held(deployment) == {}


def test_who_approves_too_late_is_told_so(judge):
    deployment = judge()
    later(deployment.database, 169)
    with pytest.raises(Undecidable, match="has expired"):
        say(deployment, "renewal", APPROVED)
    assert sent(deployment) == []


AUTOMATIC_ALL = "rules:\n  - { name: all, mode: automatic }\n"
RULE = "renewal:\n  - { name: ours, windows: [90], between: [100, 89] }\n"


def test_after_its_last_day_a_letter_is_withheld_whoever_approved_it(judge, tmp_path):
    """The rule lets it leave until the day after, 89 days before the term's end."""
    (tmp_path / "letters.yaml").write_text(RULE)
    deployment = judge(letters=tmp_path / "letters.yaml")
    hours = (held(deployment)["renewal"].expires_ms - held(deployment)["renewal"].held_ms) / 3_600_000
    assert 24 <= hours <= 48
    assert held(deployment)["failed_payment"].expires_ms > held(deployment)["renewal"].expires_ms
    say(deployment, "renewal", APPROVED)
    later(deployment.database, 49)
    assert sent(deployment) == []
    assert stands(deployment)["renewal"] == ("suppressed", "approval_expired")


def on_other_terms(deployment: Deployment, folder: Path, change: Callable[[str], str]) -> None:
    """Import the day again, with the term that renews as it is by now."""
    file = book.write(folder, news=True) / "subscriptions.csv"
    header, *lines = file.read_text().splitlines()
    changed = [change(line) if f",{book.RENEWING}," in line else f"{line}," for line in lines]
    file.write_text("\n".join([f"{header},cancel_at_period_end", *changed]) + "\n")
    book.judge_folder(deployment, folder, book.DAY)


def ends(day: str, cancelled: str = "") -> Callable[[str], str]:
    return lambda line: f"{line.replace(str(book.SOON), day)},{cancelled}"


@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        (ends(str(book.SOON)), ("sent", ""), None),
        (ends("2026-08-25"), ("suppressed", "term_changed"), ("2026-08-25", True)),
        (ends(str(book.SOON), "true"), ("suppressed", "term_changed"), (str(book.SOON), False)),
        (ends("2027-08-30"), ("suppressed", "term_changed"), None),
        (lambda line: f"{line.replace('active', 'cancelled')},", ("suppressed", "term_changed"), None),
    ],
    ids=["as it was", "sooner", "cancelled to its end", "a year later", "over"],
)
def test_an_approved_letter_whose_term_has_changed_is_owed_anew_and_leaves_once(
    judge, tmp_path, change, old, new
):
    deployment = judge()
    on_other_terms(deployment, tmp_path / "moved", change)
    say(deployment, "renewal", APPROVED)
    left = sent(deployment)
    first, *again = [row for row in rows(deployment.database) if row.template == "renewal"]
    assert (first.status, first.reason) == old
    assert [(json.loads(row.payload)["term_ends_on"], row.status) for row in again] == (
        [(new[0], "held")] if new else []
    )
    for row in again:
        assert json.loads(row.payload)["auto_renew"] is new[1]
        with deployment.database.write() as connection:
            decide(deployment, connection, row.key, Decision(APPROVED, "U01ANN"))
        left += sent(deployment)
    assert left == [book.person(book.RENEWING)] * (new is not None or old[0] == "sent")


def test_by_itself_too_a_letter_leaves_only_while_its_rule_allows(judge, tmp_path):
    (tmp_path / "letters.yaml").write_text(RULE)
    deployment = judge(AUTOMATIC_ALL, leaving=False, letters=tmp_path / "letters.yaml")
    book.set_day(deployment.database, book.DAY + timedelta(days=2))
    assert book.person(book.RENEWING) not in sent(deployment)
    assert stands(deployment)["renewal"] == ("suppressed", "untimely")


# -- by themselves -----------------------------------------------------------------------------------


def clean_ones(deployment: Deployment, count: int, decision: str = APPROVED, first: int = 0) -> None:
    """Have approved so many renewal letters before, to people of their own."""
    with deployment.database.write() as connection:
        for number in range(first, first + count):
            key = f"letter/renewal/before/{number}"
            values = {"destination": "mail", "kind": "message", "thread": key, "template": "renewal"}
            status = "sent" if decision == APPROVED else "suppressed"
            settled = {
                "status": status,
                "reason": "" if decision == APPROVED else "rejected",
                "settled_ms": 1,
            }
            row = {"key": key, "owner": f"person{number}", **values, **settled, "attempt": 1}
            notice = connection.execute(insert(notices).values(row).returning(notices.c.id)).scalar_one()
            decided = {"decision": decision, "mode": "approval", "decided_ms": 1_000 + number}
            connection.execute(insert(table).values(notice=notice, **decided))
            audit.record(connection, "notice_settled", key, "sent", "test")


def trusted(deployment: Deployment) -> bool:
    with deployment.database.read() as connection:
        return approvals.is_trusted(connection, "renewal")


@pytest.mark.parametrize(("clean", "leaves"), [(19, []), (20, [book.person(book.RENEWING)])])
def test_with_twenty_clean_ones_a_template_leaves_by_itself(judge, clean, leaves):
    deployment = judge()
    clean_ones(deployment, clean)
    again(deployment)
    assert sent(deployment) == leaves
    assert stands(deployment)["failed_payment"][0] == "held", "each template for itself"
    assert trusted(deployment) == bool(leaves)
    told = [row.key for row in rows(deployment.database) if "operator/modes/renewal" in row.key]
    assert len(told) == len(leaves)


def again(deployment: Deployment) -> None:
    """Let the letter be as one that is due and was never held."""
    with deployment.database.write() as connection:
        of_letter = select(notices.c.id).where(
            notices.c.template == "renewal", notices.c.key.not_like("letter/renewal/before/%")
        )
        connection.execute(table.delete().where(table.c.notice.in_(of_letter)))
        connection.execute(update(notices).where(notices.c.id.in_(of_letter)).values(status="due", reason=""))


def count(deployment: Deployment) -> int:
    with deployment.database.read() as connection:
        return approvals.clean(connection, "renewal")


def test_a_rejection_starts_the_count_anew(judge):
    deployment = judge()
    clean_ones(deployment, 5)
    assert count(deployment) == 5
    clean_ones(deployment, 1, REJECTED, first=5)
    assert count(deployment) == 0
    clean_ones(deployment, 2, first=6)
    assert count(deployment) == 2


def test_a_rejection_ends_that_a_template_leaves_by_itself(judge):
    deployment = judge()
    with deployment.database.write() as connection:
        approvals.trust(connection, "renewal")
    say(deployment, "renewal", REJECTED, reason="wrong price")
    assert not trusted(deployment)


@pytest.mark.parametrize(
    ("kind", "at_ms", "left"), [("bounced", 2, 4), ("complained", 2, 4), ("bounced", 0, 5)]
)
def test_one_that_came_back_after_it_was_sent_is_none_of_the_clean_ones(judge, kind, at_ms, left):
    deployment = judge()
    clean_ones(deployment, 5)
    with deployment.database.write() as connection:
        returns.take(connection, "postmark", Return("1", "dana@customer.example", kind, at_ms))
        subject = connection.execute(select(came_back.c.subject)).scalar_one()
        connection.execute(update(notices).where(notices.c.owner == "person0").values(owner=subject))
    assert count(deployment) == left


def test_one_that_is_not_sent_yet_is_none_of_the_clean_ones(judge):
    deployment = judge()
    say(deployment, "renewal", APPROVED)
    assert count(deployment) == 0
    sent(deployment)
    assert count(deployment) == 1


# -- drafts ------------------------------------------------------------------------------------------

DRAFT = "rules:\n  - { name: by_hand, mode: draft, templates: [renewal] }\n"


def test_a_draft_is_never_sent_by_us_and_counts_apart(judge):
    deployment = judge(DRAFT)
    assert stands(deployment)["renewal"] == ("held", "draft")
    with pytest.raises(Undecidable, match="is a draft, which we never send"):
        say(deployment, "renewal", APPROVED)
    say(deployment, "renewal", MAILED)
    assert sent(deployment) == []
    assert stands(deployment)["renewal"] == ("suppressed", outbox.BY_HAND)
    assert count(deployment) == 0


def test_what_was_approved_before_it_became_a_draft_is_not_sent(judge):
    deployment = judge()
    say(deployment, "renewal", APPROVED)
    deployment.modes = Modes(rules=(ModeRule(name="by_hand", mode="draft"),))
    assert sent(deployment) == []
    assert stands(deployment)["renewal"] == ("held", "draft")


def test_what_is_no_draft_is_not_sent_by_hand(judge):
    deployment = judge()
    with pytest.raises(Undecidable, match="is no draft"):
        say(deployment, "renewal", MAILED)


def test_a_rule_names_segments_by_what_the_account_is(judge):
    deployment = judge("rules:\n  - { name: germans, mode: automatic, when: country == 'DE' }\n")
    assert {status for status, _ in stands(deployment).values()} == {"sent"}
    deployment = judge("rules:\n  - { name: french, mode: automatic, when: country == 'FR' }\n")
    assert {status for status, _ in stands(deployment).values()} == {"held"}


# -- told --------------------------------------------------------------------------------------------


def told(deployment: Deployment) -> list[dict[str, object]]:
    found = [row for row in rows(deployment.database) if row.template == waiting.TEMPLATE]
    return [json.loads(row.payload) | {"owner": row.owner, "thread": row.thread} for row in found]


def test_the_owner_is_told_of_all_that_waits_in_one_message_and_once(judge):
    deployment = judge()
    look(deployment)
    look(deployment)
    (message,) = told(deployment)
    assert message["owner"] == "#customer-success"
    assert [row["letter"] for row in message["rows"]] == ["failed payment", "renewal"]
    assert book.person(book.RENEWING) not in json.dumps(message), "no address is kept with what is owed"
    assert message["answerable"] is False, "no desk is set up"


def test_a_decision_changes_the_message_and_says_who(judge):
    deployment = judge()
    look(deployment)
    say(deployment, "renewal", REJECTED, reason="they have left")
    first, second = told(deployment)
    assert second["thread"] == first["thread"]
    assert [row["letter"] for row in second["rows"]] == ["failed payment"]
    assert (second["decided"]["by"], second["decided"]["reason"]) == ("U01ANN", "they have left")


def test_in_a_paused_installation_an_approval_is_kept_and_nothing_leaves(judge):
    deployment = judge()
    with deployment.database.write() as connection:
        set_setting(connection, "paused", "operator")
    say(deployment, "renewal", APPROVED)
    assert sent(deployment) == []
    assert stands(deployment)["renewal"] == ("due", "")
