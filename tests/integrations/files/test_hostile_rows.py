"""What is wrong with a row costs that row, is said by place and reason, and quotes nobody."""

import pytest

from health.records import Account, Contact, Outcome, Payment, Subscription, Ticket
from tests.integrations.files.conftest import Drop

ACCOUNTS = "account_id,name,created_on,currency"


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",Nameless,2026-01-01,USD", "account_id", "is missing"),
        ("   ,Blank,2026-01-01,USD", "account_id", "is missing"),
        ("b,Early,2026-02-30,USD", "created_on", "is not an ISO 8601 date"),
        ("b,Short,2026-01-01", "", "has 3 columns, the header has 4"),
        ("b,Long,2026-01-01,USD,", "", "has 5 columns, the header has 4"),
        ("b,Nul\0,2026-01-01,USD", "name", "contains a NUL character"),
        ("b,\udcff\udcfe,2026-01-01,USD", "name", "is not UTF-8"),
        ("b,Coin,2026-01-01,BITCOIN", "currency", "is not an ISO 4217 code"),
        ('b,"Open,2026-01-01,USD', "", "is no CSV: a quote is not closed or a field is too long"),
        ('b,"Half"way,2026-01-01,USD', "", "is no CSV: a quote is not closed or a field is too long"),
        (f"b,{'x' * 200_000},2026-01-01,USD", "", "is no CSV: a quote is not closed or a field is too long"),
        ("a,Again,2026-01-01,USD", "", "has the same account_id as a row above"),
    ],
)
def test_one_bad_row_is_rejected_and_the_rest_loads(drop: Drop, line: str, column: str, reason: str):
    drop.csv("accounts", ACCOUNTS, "a,First,2026-01-01,USD", line, 'c,"Last, and\nleast",2026-01-01,USD')

    (page,) = drop.pull()

    assert [record[:2] for record in page.records] == [("a", "First"), ("c", "Last, and\nleast")]
    assert drop.rejects("accounts") == [(3, column, reason)]
    assert page.rejects == 1


@pytest.mark.parametrize(
    ("name", "header", "row", "column"),
    [
        ("contacts", "account_id,email,role", "a,ann@acme.example,boss", "role"),
        ("contacts", "account_id,email,consent", "a,ann@acme.example,perhaps", "consent"),
        ("contacts", "account_id,email", "a,Ann Onymous", "email"),
        ("payments", "invoice_id,account_id,due_on,status", "i,a,2026-01-01,late", "status"),
        ("subscriptions", "subscription_id,account_id,term_start,seats", "s,a,2026-01-01,12.5", "seats"),
        ("limits", "account_id,limit,used,allowed", "a,domains,NaN,3", "used"),
        ("tickets", "ticket_id,account_id,opened_at", "t,a,soon", "opened_at"),
        ("validations", "account_id,day,outcome,count", "a,2026-01-01,ok,", "count"),
        ("rates", "day,base,quote,rate", "2026-01-01,USD,EUR,inf", "rate"),
    ],
)
def test_each_kind_of_value_is_checked(drop: Drop, name: str, header: str, row: str, column: str):
    drop.csv(name, header, row)

    assert drop.records() == []
    assert [(line, where) for line, where, _ in drop.rejects(name)] == [(2, column)]


def test_rejects_name_nobody(drop: Drop):
    drop.csv(
        "contacts", "account_id,email,name,role", "a,ann@acme.example,Ann Onymous,boss", "a,Ann,Onymous,user"
    )

    list(drop.pull())

    said = (drop.folder / "rejects" / "contacts.rejects.csv").read_text()
    assert "nn" not in said.replace("cannot", "")
    assert said.count("\n") == 3


def test_lines_after_an_unclosed_quote_are_read_with_their_own_numbers(drop: Drop):
    drop.csv("accounts", "account_id,name", 'a,"open', "b,fine", 'c,"two\nlines"', "d")

    assert [record[0] for record in drop.records()] == ["b", "c"]
    assert [line for line, _, _ in drop.rejects("accounts")] == [2, 6]


def test_an_old_reject_file_goes_once_its_rows_are_mended(drop: Drop):
    drop.csv("accounts", "account_id", "a", "a")
    list(drop.pull())
    drop.csv("accounts", "account_id", "a", "b")
    list(drop.pull())

    assert drop.rejects("accounts") == []


def test_headings_may_be_written_by_people(drop: Drop):
    drop.csv("accounts", "\ufeffAccount ID, NAME ,Created on", "a, First ,2026-01-01")

    (record,) = drop.records()

    assert isinstance(record, Account)
    assert (record.account_id, record.name) == ("a", "First")


def test_a_term_begins_with_the_subscription_where_nothing_else_is_said(drop: Drop):
    drop.csv(
        "subscriptions",
        "subscription_id,account_id,term_start,started_on",
        "s,a,2026-02-01,2025-02-01",
        "t,a,,2025-03-01",
        "u,a,,",
    )

    starts = [record.term_start.isoformat() for record in drop.records() if isinstance(record, Subscription)]

    assert starts == ["2026-02-01", "2025-03-01"]
    assert drop.rejects("subscriptions") == [(4, "term_start", "is missing")]


def test_started_on_alone_will_do(drop: Drop):
    drop.csv("subscriptions", "subscription_id,account_id,started_on", "s,a,2025-03-01")

    (record,) = drop.records()

    assert isinstance(record, Subscription)
    assert record.term_start == record.started_on


def test_money_without_its_own_currency_is_in_the_accounts(drop: Drop):
    drop.csv("accounts", "account_id,currency", "tokyo,JPY", "kuwait,KWD")
    drop.csv(
        "outcomes",
        "account_id,at,outcome,mrr_after",
        "tokyo,2026-01-01,renewed,1500",
        "tokyo,2026-02-01,renewed,1500.5",
        "kuwait,2026-01-01,renewed,1.5",
        "stranger,2026-01-01,renewed,1.5",
    )

    minor = [record.mrr_after_minor for record in drop.records() if isinstance(record, Outcome)]

    assert minor == [1500, 1500, 150]
    assert drop.rejects("outcomes") == [(3, "mrr_after", "is finer than the minor unit of JPY")]
    assert [str(remark) for remark in drop.remarks] == [
        "outcomes.csv: has rows that were not taken; which and why: outcomes.rejects.csv",
        "outcomes.csv: has money without a currency: read with the decimals of USD",
    ]


def test_a_payment_without_a_currency_is_stored_with_the_accounts(drop: Drop):
    drop.csv("accounts", "account_id,currency", "tokyo,JPY")
    drop.csv("payments", "invoice_id,account_id,due_on,status,amount", "i,tokyo,2026-01-01,open,1500")

    _, payment = drop.records()

    assert isinstance(payment, Payment)
    assert (payment.amount_minor, payment.currency) == (1500, "JPY")


@pytest.mark.parametrize(
    ("heading", "remark"),
    [
        ("topik", "tickets.csv: has an unknown column topik; did you mean topic?"),
        ("zzz", "tickets.csv: has an unknown column zzz"),
        ("", "tickets.csv: has an unknown column without a name, number 4"),
    ],
)
def test_an_unknown_column_is_remarked_on(drop: Drop, heading: str, remark: str):
    drop.csv("tickets", f"ticket_id,account_id,opened_at,{heading}", "t,a,2026-01-01,x")

    assert [type(record) for record in drop.records()] == [Ticket]
    assert [str(said) for said in drop.remarks] == [remark]


def test_known_on_is_accepted_in_silence(drop: Drop):
    drop.csv("contacts", "account_id,email,known_on", "a,ann@acme.example,2026-01-01")

    assert drop.records() == [Contact("a", "ann@acme.example")]
    assert drop.remarks == []
