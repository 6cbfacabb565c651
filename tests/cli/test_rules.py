"""The commands about rules: how right each was, and the answer that one was wrong."""

import pytest
from sqlalchemy import select

from store.tables import audit
from tests import book

SAID = ("not-a-risk", "--reason", "they  renew\nnext week")


def test_an_answer_closes_the_alert_counts_and_is_kept(owing):
    done = owing("answer", book.UNPAID, *SAID, "--json")
    assert done.document == {
        "account": book.UNPAID,
        "answer": "not-a-risk",
        "reason": "they renew next week",
        "until": None,
        "rules": ["failed_payment"],
    }
    document = owing("rules", "--json").document
    found = {rule["rule"]: rule for rule in document["rules"]}
    assert document["window_days"] == 90
    assert (found["failed_payment"]["closed"], found["failed_payment"]["dismissed"]) == (1, 1)
    assert (found["failed_payment"]["precision"], found["failed_payment"]["demoted"]) == (0.0, False)
    assert (found["cancel_ticket"]["closed"], found["cancel_ticket"]["precision"]) == (0, None)
    told = owing("rules")
    assert [line.split()[-2:] for line in told.out.splitlines()[1:3]] == [["at", "once"]] * 2
    database = owing.database()
    with database.read() as connection:
        last = connection.execute(select(audit).order_by(audit.c.id.desc())).first()
    database.close()
    assert (last.action, last.about, last.detail) == ("not_a_risk", book.UNPAID, "failed_payment")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("nobody", *SAID), 1, "There is no account 'nobody'."),
        (("a7", *SAID), 1, "No alert of"),
        ((book.UNPAID, "snooze", "--reason", "x", "--days", "91"), 2, "less than or equal to 90"),
        ((book.UNPAID, "snooze"), 2, "in at most 200 characters"),
        ((book.UNPAID, "not-a-risk", "--reason", " "), 2, "in at most 200 characters"),
        ((book.UNPAID, "no-idea", "--reason", "x"), 2, "not-a-risk"),
    ],
)
def test_what_is_no_answer_is_refused(owing, words, status, said):
    done = owing("answer", *words)
    assert (done.status, done.out) == (status, "")
    assert said in " ".join(done.err.replace("│", " ").split())
