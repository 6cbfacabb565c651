"""What is asked: the text knows property names alone, everything that people typed is a value."""

from datetime import UTC, date, datetime

import pytest

from integrations.errors import Misconfigured
from integrations.posthog.queries import Queries, Query
from integrations.posthog.settings import PostHogSettings
from integrations.settings import settings

HOSTILE = "'); DROP TABLE events --{who}"
MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)

USAGE = """
SELECT day, account,
  uniqExactIf(who, age = 0) AS active_users, uniqExact(who) AS active_users_30d,
  sumIf(n0, age = 0) AS m0, sumIf(n1, age = 0) AS m1
FROM (
  SELECT account, who, n0, n1, age, toString(addDays(seen_on, age)) AS day
  FROM (
    SELECT account, who, seen_on, n0, n1, arrayJoin(range(30)) AS age
    FROM (
      SELECT $group_0 AS account, person_id AS who, toDate(timestamp) AS seen_on,
        count() AS n0, countIf(event = {v0}) AS n1
      FROM events
      WHERE timestamp >= toDateTime({since}) AND timestamp < toDateTime({until}) AND notEmpty($group_0)
      GROUP BY account, who, seen_on
    )
  )
)
WHERE day <= {last} AND (day > {day} OR (day = {day} AND account > {account}))
GROUP BY day, account
ORDER BY day, account
LIMIT 10000
"""
"""As it was run on ClickHouse over random events, and found to count what a loop over them counts."""


@pytest.fixture(autouse=True)
def needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_POSTHOG_API_KEY", "phx_x")
    monkeypatch.setenv("SEATSIGNAL_POSTHOG_PROJECT_ID", "1")


def asked(monkeypatch: pytest.MonkeyPatch, **given: str) -> Queries:
    for name, value in given.items():
        monkeypatch.setenv(f"SEATSIGNAL_POSTHOG_{name}", value)
    return Queries(settings(PostHogSettings))


def every(queries: Queries) -> list[Query]:
    return [
        queries.last_day(MAY, datetime(2026, 6, 30, 1, 2, 3, tzinfo=UTC)),
        queries.usage(MAY, JUNE, HOSTILE),
        queries.seats(MAY, JUNE, (HOSTILE, "0a")),
    ]


def test_use_is_asked_for_as_it_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    query = asked(monkeypatch, IGNORED_EVENTS="[]").usage(MAY, JUNE, "acme")
    assert query.text == USAGE
    assert query.values == {
        "since": "2026-05-02 00:00:00",
        "until": "2026-07-01 00:00:00",
        "day": "2026-05-31",
        "last": "2026-06-30",
        "account": "acme",
        "v0": "$identify",
    }
    assert (query.columns[-1], query.after, query.rows) == ("m1", ("2026-05-31", "acme"), 10_000)


def test_what_people_typed_is_no_part_of_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    queries = asked(
        monkeypatch,
        IGNORED_EVENTS=f'["{HOSTILE}"]',
        SIGN_INS=f'["{HOSTILE}", {{"event": "x", "property": "$p_1", "value": "{HOSTILE}"}}]',
        FEATURES=f'{{"{HOSTILE}": ["{HOSTILE}"]}}',
    )
    for query in every(queries):
        assert "DROP" not in query.text
        placed = {part.partition("}")[0] for part in query.text.split("{")[1:]}
        assert placed == query.values.keys()
        assert HOSTILE in query.values.values()


@pytest.mark.parametrize("name", ["CONSUMPTION", "ROLE", "EMAIL"])
@pytest.mark.parametrize("value", ["a b", "a.b", "a)", "`a`", "1a", "ä", "a\n", "a'", "a" * 101])
def test_property_names_are_letters_digits_and_two_signs(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Misconfigured, match=f"SEATSIGNAL_POSTHOG_{name}"):
        asked(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    "value",
    ["", "$group_5", "group_0", "properties.", "properties.a b", "properties.a.b", "events.x", "$group_0\n"],
)
def test_an_account_is_a_group_or_a_property(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Misconfigured, match="SEATSIGNAL_POSTHOG_ACCOUNT"):
        asked(monkeypatch, ACCOUNT=value)


@pytest.mark.parametrize(
    ("account", "written"),
    [
        ("$group_4", "$group_4"),
        ("properties.company_id", "toString(properties.company_id)"),
        ("person.properties.$company", "toString(person.properties.$company)"),
    ],
)
def test_where_the_account_is(account: str, written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for query in every(asked(monkeypatch, ACCOUNT=account)):
        assert f"notEmpty({written})" in query.text
        assert "$group_0" not in query.text


def test_no_property_of_a_person_is_read_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [query for query in every(asked(monkeypatch)) if "person.properties" in query.text] == []
    seats = every(asked(monkeypatch, EMAIL="mail"))[2]
    assert "argMax(toString(person.properties.mail), timestamp) AS email" in seats.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGN_INS", "user logged in"),
        ("SIGN_INS", '"user logged in"'),
        ("SIGN_INS", '[""]'),
        ("SIGN_INS", '[{"event": "a", "value": "b"}]'),
        ("SIGN_INS", '[{"event": "a", "property": "b c"}]'),
        ("SIGN_INS", '[{"event": "a", "colour": "red"}]'),
        ("FEATURES", '["a"]'),
        ("FEATURES", '{"": ["a"]}'),
        ("FEATURES", '{"a": []}'),
        ("CORE", '{"a": "b"}'),
        ("IGNORED_EVENTS", "[1]"),
        ("PAGE_ROWS", "50001"),
        ("PROJECT_ID", "phc_1"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Misconfigured, match=f"^SEATSIGNAL_POSTHOG_{name}: ") as caught:
        asked(monkeypatch, **{name: value})
    assert "logged" not in str(caught.value)
