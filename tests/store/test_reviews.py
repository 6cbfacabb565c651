"""What a review asks the database, on either kind: verdicts by day, what was sent, what was not."""

from datetime import date

import pytest
from sqlalchemy import insert

from health.figures.days import Span
from health.records import Account, Contact, Rate, Subscription
from store import contacts, reviews, verdicts
from store.reviews import Sent, Stood, Unsent
from store.tables import accounts, assessments, flags, notices, runs
from tests.store.test_facts import pull

MAY = Span(date(2026, 5, 1), date(2026, 6, 1))
RUNS = (  # id, kind, day, chunks left
    (1, "full", date(2026, 4, 20), 0),
    (2, "full", date(2026, 4, 30), 0),
    (3, "touched", date(2026, 5, 1), 0),
    (4, "full", date(2026, 5, 31), 0),
    (5, "touched", date(2026, 6, 1), 0),
    (6, "full", date(2026, 6, 2), 1),  # under way
)
JUDGED = (  # account, run, band
    *((1, 1, "watch"), (2, 1, "watch"), (1, 2, "healthy"), (2, 2, "healthy")),
    *((1, 3, "at_risk"), (1, 4, "at_risk"), (2, 4, "watch"), (2, 5, "at_risk"), (1, 6, "watch")),
)


@pytest.fixture
def judged(emptied_database):
    """Two accounts, judged by several runs around May."""
    days = {run: day for run, _, day, _ in RUNS}
    with emptied_database.write() as connection:
        connection.execute(insert(accounts), [{"id": n, "key": f"a{n}"} for n in (1, 2)])
        connection.execute(
            insert(runs),
            [{"id": n, "kind": kind, "as_of": day, "chunks_left": left} for n, kind, day, left in RUNS],
        )
        rest = {"points": 4_000, "coverage": 1.0, "verdict": b""}
        rows = [{"account": a, "run": run, "as_of": days[run], "band": band} for a, run, band in JUDGED]
        connection.execute(insert(assessments), [row | rest for row in rows])
    return emptied_database


@pytest.mark.parametrize(
    ("day", "bands"),
    [
        (date(2026, 4, 20), {}),
        (date(2026, 4, 21), {1: "watch", 2: "watch"}),
        (date(2026, 5, 1), {1: "healthy", 2: "healthy"}),
        (date(2026, 5, 2), {1: "at_risk", 2: "healthy"}),
        (date(2026, 6, 1), {1: "at_risk", 2: "watch"}),
        (date(2026, 6, 2), {1: "at_risk", 2: "at_risk"}),
        (date(2026, 6, 3), {1: "watch", 2: "at_risk"}),
    ],
)
def test_what_stood_when_a_day_began(judged, day, bands):
    with judged.read() as connection:
        found = reviews.bands_until(connection, day)
    assert found == {account: Stood(band, 4_000) for account, band in bands.items()}


def notice(number: int, run: int, status: str, template: str = "alert", **more: object) -> dict[str, object]:
    same = {"key": f"n{number}", "account": 1, "kind": "message", "destination": "slack", "reason": ""}
    return same | {"id": number, "run": run, "status": status, "template": template, "planned_ms": 5} | more


def flag(reason: str, since: date, state: str, why: str, gate: str = "") -> dict[str, object]:
    named = {"account": 1, "kind": "at_risk", "reason": reason, "term": "t", "gate": gate}
    return named | {"state": state, "why": why, "since": since}


def test_what_was_sent_and_what_was_not(judged):
    with judged.write() as connection:
        connection.execute(
            insert(notices),
            [
                notice(1, 2, "sent"),  # in April
                notice(2, 3, "sent"),
                notice(3, 4, "sent", "expansion_task", account=2),
                notice(4, 4, "sent", "renewal"),  # to a customer
                notice(5, 4, "suppressed", reason="before_go_live"),
                notice(6, 4, "replaced"),
                notice(7, 5, "due"),  # in June
                notice(8, 4, "sent", "alert_card", account=2),
                notice(9, 4, "sent", "expansion_card", account=2),
            ],
        )
        connection.execute(
            insert(flags),
            [
                flag("use_drop", date(2026, 5, 9), "ok", "suppressed", "fleet"),
                flag("idle_7", date(2026, 6, 1), "ok", "suppressed", "new"),
                flag("idle_30", date(2026, 5, 31), "resolved", "recovered"),
                flag("band", date(2026, 5, 1), "firing", "first"),
            ],
        )
    with judged.read() as connection:
        assert reviews.alerted(connection, MAY) == Sent(4, 2)
        assert reviews.unsent(connection, MAY) == {Unsent("alert", "suppressed", "before_go_live"): 1}
        assert reviews.gated(connection, MAY) == {("use_drop", "fleet"): 1}
        assert (reviews.recovered(connection, MAY), reviews.still_open(connection)) == (1, 1)
        told = reviews.messages(connection, 1, most=2)
        assert [(each.template, each.status) for each in told] == [("alert", "due"), ("renewal", "sent")]


def test_people_are_told_by_role_and_name(emptied_database):
    pull(
        emptied_database,
        [
            Account("a"),
            Contact("a", "dana@customer.example", "Dana Quill", "admin"),
            Contact("a", "x@customer.example"),
        ],
    )
    with emptied_database.read() as connection:
        account = connection.exec_driver_sql("SELECT id FROM accounts").scalar_one()
        assert contacts.named(connection, account) == [
            contacts.Named("", ""),
            contacts.Named("admin", "Dana Quill"),
        ]
        assert [*verdicts.until(connection, MAY.until, [account])] == []
        assert verdicts.latest(connection, [account]) == []


def test_the_commonest_currency_is_that_of_most_terms(emptied_database):
    with emptied_database.read() as connection:
        assert reviews.commonest_currency(connection) == ""
    terms = [
        Subscription(f"s{n}", "a", MAY.first, currency=c) for n, c in enumerate(["USD", "EUR", "EUR", None])
    ]
    rate = Rate(MAY.first, "USD", "EUR", 0.5)
    pull(emptied_database, [Account("a"), *terms, rate])
    with emptied_database.read() as connection:
        assert reviews.commonest_currency(connection) == "EUR"
        assert reviews.rates(connection) == [rate]
