"""What only this source does: which days it reads, what it reads again, and what it makes of odd answers."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from health.records import Identifier, Seat, Usage
from integrations.errors import IntegrationError, Misconfigured, RetryLater
from tests.integrations.posthog.conftest import Answer, Answering, Rehearsed
from tests.integrations.posthog.source_rig import NOW
from tests.integrations.test_every_source import Pulled, pulled

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ONE_PAGE = {"PAGE_ROWS": "1000", "DAYS_PER_QUERY": "400"}


def use(day: date, account: str = "acme", times: int = 3) -> list[object]:
    return [account, day.isoformat(), 2, 4, [["click", times]]]


def seen(at: datetime, person: str = "0a", account: str = "acme") -> list[object]:
    return [account, person, "2026-01-01T00:00:00Z", [at.isoformat()]]


def days_of(found: Pulled) -> list[date]:
    return [record.day for record in found.records if isinstance(record, Usage)]


# -- which days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "now", "last"),
    [
        ("UTC", datetime(2026, 6, 10, 0, 0, tzinfo=UTC), date(2026, 6, 9)),
        ("UTC", datetime(2026, 6, 9, 23, 59, tzinfo=UTC), date(2026, 6, 8)),
        ("Pacific/Auckland", datetime(2026, 6, 9, 12, 0, tzinfo=UTC), date(2026, 6, 9)),
        ("America/Los_Angeles", datetime(2026, 6, 10, 6, 59, tzinfo=UTC), date(2026, 6, 8)),
        ("America/Los_Angeles", datetime(2026, 6, 10, 7, 0, tzinfo=UTC), date(2026, 6, 9)),
    ],
)
def test_the_last_day_is_over_where_the_project_is(
    rehearsed: Rehearsed, zone: str, now: datetime, last: date
):
    days = [use(NOON.date() + back * DAY) for back in range(-20, 3)]
    rehearsed.seed(timezone=zone, days=days, users=[seen(now - 1.5 * DAY)])
    found = pulled(rehearsed.at(now))
    assert found.error is None
    assert days_of(found) == [last - back * DAY for back in range(7, -1, -1)]


def test_a_day_on_which_nobody_did_anything_is_not_complete(rehearsed: Rehearsed):
    last = NOON.date() - 3 * DAY
    silent = [["acme", (last + ahead * DAY).isoformat(), 0, 4, [["$set", 5]]] for ahead in (1, 2)]
    rehearsed.seed(days=[use(last - DAY), use(last), *silent], users=[seen(NOON - 3 * DAY)])
    first = pulled(rehearsed.at(NOON))
    assert max(days_of(first)) == last
    rehearsed.seed(days=[use(last - DAY), use(last), *silent, use(NOON.date())], users=[seen(NOON)])
    after = pulled(rehearsed.at(NOON + DAY), first.cursor)
    assert days_of(after)[-3:] == [last + DAY, last + 2 * DAY, NOON.date()]


def test_nobody_ever_is_no_pull_and_nothing_that_a_check_lets_pass(rehearsed: Rehearsed):
    rehearsed.seed()
    source = rehearsed.at(NOON)
    assert pulled(source).cursors == [None]
    with pytest.raises(Misconfigured, match="SEATSIGNAL_POSTHOG_ACCOUNT") as caught:
        source.check()
    assert caught.value.reason == "no_accounts"


def test_a_day_that_is_gone_again_changes_nothing(rehearsed: Rehearsed):
    first = pulled(rehearsed.at(NOW))
    rehearsed.seed(days=[use(NOON.date() - 30 * DAY)])
    after = pulled(rehearsed.at(NOON, FIRST_DAYS="92"), first.cursor)
    assert (after.records, after.error, after.cursors) == ([], None, [first.cursor])


def test_last_days_that_are_gone_do_not_stop_a_pull(rehearsed: Rehearsed):
    cut = pulled(rehearsed.at(NOW), pages=4)
    reached = days_of(cut)[-1]
    days = [use(reached - back * DAY) for back in range(1, 9)]
    rehearsed.seed(days=days, users=[seen(NOON - 9 * DAY), seen(NOON - 5 * DAY, "0b")])
    rest = pulled(rehearsed.at(NOW), cut.cursor)
    assert rest.error is None
    assert [record.user_id for record in rest.records if isinstance(record, Seat)] == ["0b"]


def test_users_that_are_gone_do_not_stop_a_pull(rehearsed: Rehearsed):
    whole = pulled(rehearsed.at(NOW))
    cut = next(cursor for cursor in whole.cursors if '"seats"' in (cursor or ""))
    rehearsed.seed(days=[use(NOON.date())], users=[])
    rest = pulled(rehearsed.at(NOW + DAY), cut)
    assert (rest.records, rest.error) == ([], None)
    assert '"end"' in (rest.cursor or "")


# -- what is read again ----------------------------------------------------------------------------------


def test_late_events_within_the_overlap_are_seen(rehearsed: Rehearsed):
    start = NOON.date()
    before = [use(start - back * DAY) for back in range(20, 0, -1)]
    rehearsed.seed(days=before, users=[seen(NOON - DAY)])
    first = pulled(rehearsed.at(NOON, FIRST_DAYS="92"))
    assert days_of(first)[0] == start - 92 * DAY + 72 * DAY
    late = [use(start - back * DAY, times=9) for back in range(20, -1, -1)]
    rehearsed.seed(days=late, users=[seen(NOON - 4.6 * DAY, "0z"), seen(NOON - 4 * DAY, "0y"), seen(NOON)])
    next_day = pulled(rehearsed.at(NOON + DAY), first.cursor)
    assert days_of(next_day) == [start - back * DAY for back in (4, 3, 2, 1, 0)]
    assert {record.events for record in next_day.records if isinstance(record, Usage)} == {9}
    assert {record.user_id for record in next_day.records if isinstance(record, Seat)} == {"0a", "0y"}
    again = pulled(rehearsed.at(NOON + DAY), next_day.cursor)
    assert days_of(again) == [start - back * DAY for back in (3, 2, 1, 0)]


def test_what_was_answered_a_moment_ago_is_not_good_enough(rehearsed: Rehearsed):
    rehearsed.seed(days=[use(NOON.date() - DAY)], users=[seen(NOON - DAY)])
    first = pulled(rehearsed.at(NOON))
    second = pulled(rehearsed.at(NOON), first.cursor)
    rehearsed.seed(days=[use(NOON.date() - DAY, times=8)], users=[seen(NOON - DAY)])
    third = pulled(rehearsed.at(NOON), first.cursor)
    events = [[r.events for r in found.records if isinstance(r, Usage)] for found in (first, second, third)]
    assert events == [[3], [3], [8]]


def test_a_pull_cut_yesterday_goes_on_to_today(rehearsed: Rehearsed):
    cut = pulled(rehearsed.at(NOW), pages=3)
    rest = pulled(rehearsed.at(NOW + DAY), cut.cursor)
    whole = pulled(rehearsed.at(NOW + DAY, FIRST_DAYS="9"))
    assert {*cut.records, *rest.records} == set(whole.records)
    assert max(days_of(rest)) == date(2026, 6, 11)


@pytest.mark.parametrize("cursor", ["", "{}", "[]", "null", '{"at":"lunch"}', "x" * 500])
def test_a_cursor_that_cannot_be_read_is_as_good_as_none(rehearsed: Rehearsed, cursor: str):
    assert set(pulled(rehearsed.at(NOW), cursor).records) == rehearsed.rig.records


def test_cursors_are_small(rehearsed: Rehearsed):
    assert max(len(cursor or "") for cursor in pulled(rehearsed.at(NOW)).cursors) < 150


# -- how it is asked -------------------------------------------------------------------------------------


def test_one_query_a_kind_however_many_accounts_there_are(rehearsed: Rehearsed):
    day = NOON.date() - DAY
    accounts = [f"a{n:04}" for n in range(1_500)]
    rehearsed.seed(
        days=[use(day, account) for account in accounts],
        users=[seen(NOON - DAY, "0a", account) for account in accounts],
    )
    found = pulled(rehearsed.at(NOON, DAYS_PER_QUERY="31", PAGE_ROWS="10000"))
    assert rehearsed.budget.calls == 3
    assert (len(found.records), len(found.cursors)) == (4_500, 1 + 2 + 2)


def test_an_account_is_named_once_a_pull_or_not_at_all(rehearsed: Rehearsed):
    found = pulled(rehearsed.at(NOW, **ONE_PAGE))
    assert sum(isinstance(record, Identifier) for record in found.records) == 5
    found = pulled(rehearsed.at(NOW, ACCOUNT_IS_OUR_ID="false"))
    assert [record for record in found.records if isinstance(record, Identifier)] == []


def test_what_is_not_set_is_not_stated(rehearsed: Rehearsed):
    for name in ("SIGN_INS", "INVITATIONS", "FEATURES", "CORE", "CONSUMPTION", "ROLE"):
        nothing = {"FEATURES": "{}", "CORE": "{}"}.get(name, "[]" if name.endswith("S") else "")
        rehearsed.monkeypatch.setenv(f"SEATSIGNAL_POSTHOG_{name}", nothing)
    found = pulled(rehearsed.at(NOW))
    stated = {
        (r.sign_ins, r.invitations, r.consumption, r.metrics) for r in found.records if isinstance(r, Usage)
    }
    assert stated == {(None, None, None, None)}
    assert {r.role for r in found.records if isinstance(r, Seat)} == {None}


def test_addresses_come_only_where_they_are_asked_for(rehearsed: Rehearsed):
    user = [*seen(NOON - DAY), {"mail": "kim@acme.example"}]
    rehearsed.seed(days=[use(NOON.date() - DAY)], users=[user])
    emails = [
        [r.email for r in pulled(rehearsed.at(NOON, EMAIL=name)).records if isinstance(r, Seat)]
        for name in ("", "mail")
    ]
    assert emails == [[None], ["kim@acme.example"]]


@pytest.mark.parametrize(
    ("book", "given", "reason", "words"),
    [
        ({"keys": {"phx_sandbox": ["person:read"]}}, {}, "forbidden", "query:read"),
        ({}, {"API_KEY": "phx_other"}, "unauthorized", "SEATSIGNAL_POSTHOG_API_KEY"),
        ({}, {"PROJECT_ID": "13"}, "no_such_project", "SEATSIGNAL_POSTHOG_PROJECT_ID"),
        ({}, {"ACCOUNT": "$group_3"}, "no_accounts", "SEATSIGNAL_POSTHOG_ACCOUNT"),
    ],
)
def test_a_check_says_what_to_change(
    rehearsed: Rehearsed, book: dict[str, object], given: dict[str, str], reason: str, words: str
):
    rehearsed.seed(days=[use(NOON.date() - DAY)], users=[seen(NOON - DAY)], **book)
    with pytest.raises(Misconfigured, match=words) as caught:
        rehearsed.at(NOON, **given).check()
    assert caught.value.reason == reason


# -- answers that are odd --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["emptied", "missing", "new_words", "nulls", "wrong_types", "truncated", "again"]
)
def test_an_odd_page_costs_nothing_wherever_it_comes(rehearsed: Rehearsed, fault: str):
    whole = pulled(rehearsed.at(NOW))
    for pages in range(1, len(whole.cursors) - 1):
        met = Pulled(cursors=[None])
        source = rehearsed.at(NOW)
        pull = source.pull(None)
        met.records += [record for page in islice(pull, pages) for record in remembered(page, met)]
        rehearsed.rig.sandbox.faults("posthog", fault)
        with pytest.raises(RetryLater):
            met.records += [record for page in pull for record in remembered(page, met)]
        rehearsed.rig.sandbox.calm()
        after = pulled(source, met.cursor)
        assert set(met.records) <= rehearsed.rig.records
        assert {*met.records, *after.records} == rehearsed.rig.records


def remembered(page, met: Pulled):
    met.cursors.append(page.cursor)
    return page.records


USE = ["day", "account", "active_users", "active_users_30d", "m0", "m1"]
SEATS = ["account", "who", "first_day", "last_ms"]


def last_day(day: object = "2026-06-09") -> dict[str, object]:
    return {"columns": ["last_day"], "results": [[day]]}


def used(*rows: list[object], **more: object) -> dict[str, object]:
    return {"columns": USE, "results": list(rows), **more}


def who(*rows: list[object], **more: object) -> dict[str, object]:
    return {"columns": SEATS, "results": list(rows), **more}


ACME = ["2026-06-09", "acme", 1, 2, 3, 4]
KIM = ["acme", "0a", "2026-01-01", 1_780_000_000_000]


GOOD = {"last_day": [used(ACME), who(KIM)], "day": [who(KIM)], "account": [who(["zeta", "0z", None, 1])]}
"""What follows an answer, by its first column: whoever takes a bad one in comes to a good end."""


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ([last_day("soon")], "unexpected_answer"),
        ([last_day(7)], "unexpected_answer"),
        ([{"columns": ["last_day"], "results": []}], "unexpected_answer"),
        ([last_day(), used()], "unexpected_answer"),
        ([last_day(), used(ACME, hasMore=True), used(hasMore=True)], "unexpected_answer"),
        ([last_day(), used(["2026-06-08", *ACME[1:]])], "unexpected_answer"),
        ([last_day(), used(ACME, ACME)], "unexpected_answer"),
        ([last_day(), used(ACME, ["2026-06-08", *ACME[1:]])], "unexpected_answer"),
        ([last_day(), used(["2026-06-09", None, 1, 2, 3, 4], ACME)], "unexpected_answer"),
        ([last_day(), used(["9 June", "acme", 1, 2, 3, 4])], "unexpected_answer"),
        ([last_day(), used(["9 June", "acme", 1, 2, 3, 4], hasMore=True), used(ACME)], "unexpected_answer"),
        ([last_day(), used(["1999-06-09", "acme", 1, 2, 3, 4], ACME)], "repeated_page"),
        ([last_day(), {"columns": USE[:-1], "results": [ACME[:-1]]}], "unexpected_answer"),
        ([last_day(), used(ACME), who()], "unexpected_answer"),
        ([last_day(), used(ACME), used(ACME)], "unexpected_answer"),
        ([last_day(), used(ACME), who(KIM, KIM)], "unexpected_answer"),
        ([last_day(), used(ACME), who(KIM, hasMore=True), who(KIM)], "repeated_page"),
    ],
)
def test_answers_that_contradict_themselves_end_a_pull(
    answering: Answering, answers: list[Answer], reason: str
):
    with answering(*answers, *GOOD[answers[-1]["columns"][0]]) as source:
        met = pulled(source)
    assert isinstance(met.error, RetryLater)
    assert met.error.reason == reason


def test_the_only_day_must_have_its_use(answering: Answering, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SEATSIGNAL_POSTHOG_FIRST_DAYS", "1")
    with answering(last_day(), used(), who(KIM)) as source:
        met = pulled(source)
    assert (met.error and met.error.reason, met.records) == ("unexpected_answer", [])


@pytest.mark.parametrize("day", [None, "1970-01-01"])
def test_no_day_with_use_is_nothing_to_read(answering: Answering, day: str | None):
    with answering(last_day(day)) as source:
        assert pulled(source).cursors == [None]


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [(402, Misconfigured, "quota_used_up"), (504, RetryLater, "status_504"), (512, RetryLater, "status_512")],
)
def test_refusals_of_its_own(answering: Answering, status: int, kind: type[IntegrationError], reason: str):
    with answering(last_day(), used(ACME), status) as source:
        met = pulled(source)
    assert (type(met.error), met.error and met.error.reason) == (kind, reason)


def test_more_that_is_told_of_is_fetched(answering: Answering):
    zeta = ["2026-06-09", "zeta", *ACME[2:]]
    more = ["zeta", "0b", None, 1_780_000_000_001]
    with answering(
        last_day(), used(ACME, hasMore=True), used(zeta), who(KIM, hasMore=True), who(more)
    ) as source:
        met = pulled(source)
    assert met.error is None
    assert [record.account_id for record in met.records] == ["acme", "acme", "zeta", "zeta", "acme", "zeta"]


@pytest.mark.parametrize("page", [[], [ACME]])
def test_a_full_page_may_be_the_last(answering: Answering, page: list[list[object]]):
    days = [["2026-06-09", account, *ACME[2:]] for account in ("a", "b", "c")]
    seats = [["acme", person, *KIM[2:]] for person in ("a", "b", "c")]
    after = [["2026-06-09", "d", *row[2:]] for row in page]
    with answering(last_day(), used(*days), used(*after), who(*seats), who()) as source:
        met = pulled(source)
    assert met.error is None
    assert len(met.records) == 2 * (3 + len(page)) + 3
    assert '"end"' in (met.cursor or "")


@pytest.mark.parametrize(
    "row",
    [
        ["2026-06-09", "", 1, 2, 3, 4],
        ["2026-06-09", "a", None, 2, 3, 4],
        ["2026-06-09", "a", 1, 2.5, 3, 4],
        ["2026-06-09", "a", 1, "2", 3, 4],
        ["2026-06-09", "a", 1, 2, True, 4],
        ["2026-06-08x", "a", 1, 2, 3, 4],
    ],
)
def test_a_row_that_is_no_day_is_left_out_and_counted(answering: Answering, row: list[object]):
    first = sorted([row, ACME], key=lambda row: str(row[:2]))
    with answering(last_day(), used(*first), who(KIM, ["acme", "0b", "2026-01-01", None])) as source:
        met = pulled(source)
    assert met.error is None
    assert met.rejects == 2
    assert [type(record) for record in met.records] == [Usage, Identifier, Seat]


def test_persons_without_a_profile_have_no_first_day(answering: Answering):
    with answering(last_day(), used(ACME), who(["acme", "0a", "1970-01-01", 5])) as source:
        met = pulled(source)
    assert met.records[-1] == Seat("acme", "0a", last_active_ms=5)
