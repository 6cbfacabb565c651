"""The ledger from stored flags, answers and outcomes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from health.answers import Answer
from health.ledger import demoted
from health.nouns import Flag, Why
from health.policy import LedgerRules
from health.records import Account, Outcome
from store import ledger
from store.flags import keep as keep_flags
from store.tables import accounts, dismissals, runs
from tests.store.test_facts import pull

ON = date(2026, 3, 1)
RULES = LedgerRules(90, 1, {"use_drop": 0.5})


def flag(account, reason, state="firing", *, kind="at_risk", days=0, why=Why.FIRST, term="t"):
    return Flag(account, kind, reason, term, state, why, "normal", "said so", since=ON + timedelta(days=days))


@pytest.fixture
def database(emptied_database):
    """Two accounts, of which the first left; and two runs."""
    pull(emptied_database, [Account("a1"), Account("a2"), Outcome("a1", ON + timedelta(days=9), "churned")])
    with emptied_database.write() as connection:
        connection.execute(insert(runs), [{"id": at, "as_of": ON} for at in (1, 2)])
    return emptied_database


def keep(connection, run, *found):
    """Store flags whose accounts are the first and the second there are."""
    ids = connection.execute(select(accounts.c.id).order_by(accounts.c.key)).scalars().all()
    keep_flags(connection, run, [replace(each, account=ids[each.account - 1]) for each in found])


def test_flags_count_from_the_day_they_first_fired_and_what_never_fired_does_not(database):
    with database.write() as connection:
        gated = flag(2, "use_drop", "ok", why=Why.SUPPRESSED)
        keep(connection, 1, flag(1, "use_drop"), gated, flag(2, "capacity", kind="expansion"))
        for days, state, why in ((3, "firing", Why.REPEAT_DUE), (5, "resolved", Why.RECOVERED)):
            keep(connection, 2, flag(1, "use_drop", state, days=days, why=why))
        (entry,) = ledger.entries(connection, RULES)
    assert (entry.rule, entry.flags, entry.precision, entry.lead_days) == ("use_drop", 1, (1, 1), 9.0)


def test_a_gate_that_opens_lets_a_flag_fire_from_that_day_on(database):
    with database.write() as connection:
        keep(connection, 1, flag(1, "use_drop", "ok", why=Why.SUPPRESSED))
        keep(connection, 2, flag(1, "use_drop", days=2))
        (entry,) = ledger.entries(connection, RULES)
    assert entry.lead_days == 7.0


def test_what_is_dismissed_counts_against_its_rules(database):
    with database.write() as connection:
        keep(connection, 1, flag(2, "use_drop"), flag(2, "idle_7", "resolved", why=Why.RECOVERED))
        ledger.dismiss(connection, [flag(2, "use_drop")], Answer("dismiss", "kim", ON, None, "on holiday"))
        ledger.dismiss(connection, [], Answer("dismiss", "kim", ON))
        said = connection.execute(select(dismissals.c.rule, dismissals.c.reason, dismissals.c.actor)).all()
        found = {entry.rule: entry for entry in ledger.entries(connection, RULES)}
    assert [tuple(row) for row in said] == [("use_drop", "on holiday", "kim")]
    assert (found["use_drop"].precision, found["use_drop"].dismissed) == ((0, 1), 1)
    assert demoted(found.values()) == {"use_drop"}


def test_quiet_flags_are_those_of_the_runs_since(database):
    with database.write() as connection:
        keep(connection, 1, flag(1, "use_drop"), flag(1, "idle_7"))
        keep(connection, 2, flag(2, "use_drop"), flag(2, "nps", "resolved"))
        found = [ledger.quiet(connection, ["use_drop", "nps"], run) for run in (0, 1, 2)]
    assert [len(each) for each in found] == [2, 1, 0]
    assert {(each.rule, each.evidence) for each in found[0]} == {("use_drop", "said so")}
