"""One record per account, day and product, however the use was written down."""

import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from health.records import Usage
from integrations.rows import usage as usage_module
from tests.integrations.files.conftest import Drop

DAY = date(2026, 1, 5)


def days(drop: Drop) -> list[Usage]:
    return [record for record in drop.records() if isinstance(record, Usage)]


def test_wide_rows_are_records(drop: Drop):
    drop.csv(
        "usage",
        "account_id,day,active_users,events,feature:search,core:Close Deal,consumption,hours",
        "a,2026-01-05,3,40,7,0,1.5,0.25",
        "a,2026-01-06,,,0,,,",
        "b,2026-01-05,0,0,007,1e2,0,-2",
    )

    assert days(drop) == [
        Usage(
            "a", DAY, active_users=3, events=40, consumption=1.5, metrics='{"feature:search":7,"hours":0.25}'
        ),
        Usage("a", DAY + timedelta(days=1)),
        Usage(
            "b",
            DAY,
            active_users=0,
            events=0,
            consumption=0.0,
            metrics='{"core:close_deal":100,"feature:search":7,"hours":-2}',
        ),
    ]


def test_long_rows_are_added_to_records(drop: Drop):
    drop.csv(
        "usage",
        "account_id,day,product,metric,value",
        "a,2026-01-05,,events,40",
        "b,2026-01-05,crm,Feature:Search,7",
        "a,2026-01-05,,feature:zoom,0",
        "a,2026-01-05,,active_users_30d,9",
        "a,2026-01-05,,hours,.5",
        "a,2026-01-05,,core:close deal,2",
    )

    assert days(drop) == [
        Usage("a", DAY, events=40, active_users_30d=9, metrics='{"core:close_deal":2,"hours":0.5}'),
        Usage("b", DAY, "crm", metrics='{"feature:search":7}'),
    ]


def test_users_are_counted_and_their_use_is_added(drop: Drop):
    drop.csv(
        "usage",
        "account_id,day,user_id,department,events,feature:search,active_users",
        "a,2026-01-05,ann,sales,40,1,1",
        "a,2026-01-05,ann,support,2,,1",
        "a,2026-01-05,bob,sales,0,0,0",
        "a,2026-01-05,cid,sales,,3,0",
    )

    assert days(drop) == [Usage("a", DAY, active_users=2, events=42, metrics='{"feature:search":4}')]


def test_departments_without_users_are_added(drop: Drop):
    drop.csv(
        "usage",
        "account_id,day,department,metric,value",
        "a,2026-01-05,sales,active_users,4",
        "a,2026-01-05,support,active_users,3",
    )

    assert days(drop) == [Usage("a", DAY, active_users=7)]


def test_thirty_day_users_are_counted_where_the_rows_reach_back(drop: Drop):
    rows = [f"a,{DAY + timedelta(days=n)},u{n % 40},1" for n in range(60) if n % 7 != 6]
    drop.csv("usage", "account_id,day,user_id,events", *rows)

    found = {record.day: record.active_users_30d for record in days(drop)}

    assert {day for day, users in found.items() if users is None} == {
        day for day in found if day < DAY + timedelta(days=29)
    }
    for day, users in found.items():
        if users is not None:
            window = range((day - DAY).days - 29, (day - DAY).days + 1)
            assert users == len({n % 40 for n in window if n % 7 != 6})


def test_what_the_source_says_of_the_whole_account_stands(drop: Drop):
    drop.csv(
        "usage",
        "account_id,day,user_id,metric,value",
        "a,2026-01-05,ann,events,4",
        "a,2026-01-05,,active_users,9",
        "a,2026-01-05,,active_users_30d,12",
    )

    assert days(drop) == [Usage("a", DAY, active_users=9, active_users_30d=12, events=4)]


@pytest.mark.parametrize(
    ("header", "row", "column", "reason"),
    [
        ("account_id,day,events", "a,2026-01-05,x", "events", "is not a whole number"),
        ("account_id,day,events", "a,2026-01-05,1.5", "events", "is not a whole number"),
        ("account_id,day,hours", "a,2026-01-05,nan", "hours", "is not a number"),
        ("account_id,day,events", ",2026-01-05,1", "account_id", "is missing"),
        ("account_id,day,events", "a,2026-01-32,1", "day", "is not an ISO 8601 date"),
        ("account_id,day,events,user_id", "a,2026-01-05,x,ann", "events", "is not a whole number"),
        ("account_id,day,metric,value", "a,2026-01-05,events,1.5", "value", "is not a whole number"),
        ("account_id,day,metric,value", "a,2026-01-05,hours,", "value", "is missing"),
        ("account_id,day,metric,value", "a,2026-01-05,,1", "metric", "is missing"),
    ],
)
def test_a_bad_row_is_rejected(drop: Drop, header: str, row: str, column: str, reason: str):
    drop.csv("usage", header, row)

    assert drop.records() == []
    assert drop.rejects("usage") == [(2, column, reason)]


@pytest.mark.parametrize(
    ("header", "first", "other"),
    [
        ("account_id,day,events", "a,2026-01-05,1", "a,2026-01-06,1"),
        ("account_id,day,product,events", "a,2026-01-05,crm,1", "a,2026-01-05,,1"),
        ("account_id,day,events,user_id", "a,2026-01-05,1,ann", "a,2026-01-05,1,bob"),
        ("account_id,day,metric,value", "a,2026-01-05,events,1", "a,2026-01-05,sign_ins,1"),
    ],
)
def test_the_same_thing_said_twice_is_rejected(drop: Drop, header: str, first: str, other: str):
    drop.csv("usage", header, first, other, first)

    drop.records()

    assert drop.rejects("usage") == [
        (4, "", "says again what a row above says of the same account, day and product")
    ]


def test_any_name_is_a_metrics_but_one_like_a_known_name_is_remarked_on(drop: Drop):
    drop.csv("usage", "account_id,day,activ_users,hours,feature:events", "a,2026-01-05,1,1,1")

    drop.records()

    assert [str(remark) for remark in drop.remarks] == [
        "usage.csv: has an unusual metric activ_users; did you mean active_users?"
    ]


def test_a_long_files_other_columns_are_remarked_on(drop: Drop):
    drop.csv("usage", "account_id,day,metric,value,activ_users", "a,2026-01-05,sign_in,1,1")

    drop.records()

    assert [str(remark) for remark in drop.remarks] == [
        "usage.csv: has an unknown column activ_users",
        "usage.csv: has an unusual metric sign_in; did you mean sign_ins?",
    ]


def test_a_large_file_is_added_up_in_parts(drop: Drop, monkeypatch: pytest.MonkeyPatch):
    rows = [
        f"a{n % 7},2026-01-{n // 7 + 1:02},{metric},{n}" for n in range(196) for metric in ("events", "hours")
    ]
    drop.csv("usage", "account_id,day,metric,value", *rows, "a0,never,events,1", "short")
    whole = days(drop)

    monkeypatch.setattr(usage_module, "PART_BYTES", 1_000)

    assert sorted(days(drop)) == sorted(whole)
    assert len(whole) == 196
    assert sorted(line for line, _, _ in drop.rejects("usage")) == [394, 395]


@st.composite
def use(draw: DrawFn) -> dict[tuple[str, date], dict[str, int | float]]:
    """Use by account and day, in any metrics."""
    values = st.one_of(st.integers(0, 10**6), st.floats(-1e6, 1e6))
    metrics = {
        "events": st.integers(0, 10**6),
        "sign_ins": st.integers(0, 50),
        "feature:x": values,
        "hours": values,
    }
    days = st.dates(date(2025, 12, 1), date(2026, 2, 1))
    keys = st.tuples(st.sampled_from("abc"), days)
    return draw(st.dictionaries(keys, st.fixed_dictionaries(metrics), min_size=1, max_size=20))


@settings(max_examples=50)
@given(use())
def test_wide_and_long_say_the_same(tmp_path_factory: pytest.TempPathFactory, use: dict):
    wide, long = (Drop(tmp_path_factory.mktemp(form)) for form in ("wide", "long"))
    names = ("events", "sign_ins", "feature:x", "hours")
    wide.csv(
        "usage",
        f"account_id,day,{','.join(names)}",
        *(
            f"{account},{day},{','.join(str(values[name]) for name in names)}"
            for (account, day), values in use.items()
        ),
    )
    long.csv(
        "usage",
        "account_id,day,metric,value",
        *(
            f"{account},{day},{name},{values[name]}"
            for (account, day), values in use.items()
            for name in names
        ),
    )

    records = days(wide)

    assert records == days(long)
    for record in records:
        stated = use[record.account_id, record.day]
        others = {name: stated[name] for name in ("feature:x", "hours") if stated[name]}
        assert json.loads(record.metrics or "{}") == others
        assert (record.events, record.sign_ins) == (stated["events"], stated["sign_ins"])
