from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import responses

from health.records import Payment, Ticket, Usage
from integrations.errors import Misconfigured
from tests.integrations.http.conftest import TICKETS, URL, Api

SINCE = {"parameter": "after", "watermark": "at", "start": "2026-01-01"}


def row(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "who": "acme", **more}


@pytest.mark.parametrize(
    ("form", "first", "second"),
    [
        ("iso", "2026-01-01T00:00:00Z", "2026-06-07T23:45:00Z"),
        ("date", "2026-01-01", "2026-06-07"),
        ("epoch_s", "1767225600", "1780875900"),
        ("epoch_ms", "1767225600000", "1780875900000"),
    ],
)
def test_the_latest_watermark_less_the_overlap_is_asked_for(
    api: Api, form: str, first: str, second: str
) -> None:
    since = {**SINCE, "format": form}
    api.says([row(1, at="2026-06-08T02:00:00+02:00"), row(2, at="2026-05-01T00:00:00Z")])
    api.pull(since=since)
    api.pull(api.cursor, since=since)
    assert api.asked == [{"after": first}, {"after": second}]


def test_a_watermark_never_goes_back_nor_beyond_now(api: Api) -> None:
    api.says([row(1, at="2099-01-01T00:00:00Z")])
    api.pull(since=SINCE)
    api.mock.replace(responses.GET, URL, json=[row(2, at="2026-02-01T00:00:00Z")])
    api.pull(api.cursor, since=SINCE)
    api.pull(api.cursor, since=SINCE)
    asked = [each["after"] for each in api.asked]
    assert asked[1].startswith("2026-06-09T09:58")
    assert asked[1] == asked[2]


def test_rows_without_a_watermark_do_not_move_it(api: Api) -> None:
    api.says([row(1), row(2, at="soon"), row(3, at=None)])
    assert len(api.pull(since=SINCE)) == 3
    assert "marks" not in str(api.cursor)


def test_a_day_that_is_not_over_waits_and_the_watermark_with_it(api: Api) -> None:
    days = [
        {"who": "acme", "day": "2026-06-08", "n": 1, "at": "2026-06-09T01:00:00Z"},
        {"who": "acme", "day": "2026-06-09", "n": 2, "at": "2026-06-09T02:00:00Z"},
        {"who": "zeta", "day": "2026-06-08", "n": 3, "at": "2026-06-09T03:00:00Z"},
    ]
    api.says(days)
    columns = {"account_id": "who", "day": "day", "sign_ins": "n"}
    found = api.pull(kind="usage", columns=columns, since={**SINCE, "overlap_s": 0})
    assert [each.sign_ins for each in found if isinstance(each, Usage)] == [1, 3]
    assert "2026-06-09T02:00:00Z" in str(api.cursor)


def test_another_endpoint_begins_anew(api: Api) -> None:
    api.says([row(1, at="2026-06-08T00:00:00Z")])
    api.pull(since=SINCE)
    api.pull(api.cursor, since=SINCE, query={"all": "yes"})
    assert api.asked[1] == {"all": "yes", "after": "2026-01-01T00:00:00Z"}


def test_values_are_converted(api: Api) -> None:
    columns = {
        "invoice_id": ["dotted.id"],
        "account_id": "who.0.id",
        "due_on": {"path": "due", "convert": "epoch_ms"},
        "status": {"path": "state", "convert": "lower"},
        "amount": {"path": "cents", "convert": "minor"},
        "currency": "money",
    }
    due = 1_781_000_000_000
    said = {
        "dotted.id": 7,
        "who": [{"id": "acme"}],
        "due": due,
        "state": "PAID",
        "cents": 1999,
        "money": "EUR",
    }
    wrong = {**said, "dotted.id": 9, "due": "soon"}
    api.says([said, {**said, "dotted.id": 8, "money": "JPY"}, wrong, {**wrong, "cents": "many"}])
    first, second = api.pull(kind="payments", columns=columns)
    assert isinstance(first, Payment)
    assert (first.invoice_id, first.account_id, first.amount_minor, first.status) == (
        "7",
        "acme",
        1999,
        "paid",
    )
    assert first.due_on.isoformat() == "2026-06-09"
    assert isinstance(second, Payment)
    assert second.amount_minor == 1999
    assert api.pages[0].rejects == 2
    assert api.pages[0].reasons[0] == "the endpoint payments, line 3: due_on is not an ISO 8601 date"


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        ({"kind": "bearer", "secret": "key"}, ("Authorization", "Bearer canary-7")),
        (
            {"kind": "basic", "user": "us", "secret": "key"},
            ("Authorization", f"Basic {b64encode(b'us:canary-7').decode()}"),
        ),
        ({"kind": "header", "name": "X-Key", "secret": "key"}, ("X-Key", "canary-7")),
    ],
)
def test_who_we_are_is_shown(api: Api, auth: dict[str, str], header: tuple[str, str]) -> None:
    api.says([])
    api.pull(auth=auth)
    assert api.mock.calls[0].request.headers[header[0]] == header[1]


@pytest.mark.parametrize(
    ("endpoint", "says"),
    [
        ({"url": "http://api.customer.example/v1"}, "https"),
        ({"url": "/v1/things"}, "SEATSIGNAL_HTTP_BASE_URL"),
        ({"url": "https://user:pass@api.customer.example/v1"}, "without a user"),
        ({"url": f"{URL}?key=1"}, "url"),
        ({"auth": {"kind": "bearer", "secret": "other"}}, "'other'"),
        ({"auth": {"kind": "bearer"}}, "secret"),
        ({"auth": {"kind": "query", "secret": "key"}}, "name"),
        ({"headers": {"X": "a\nb"}}, "one line"),
        ({"headers": {"X y": "a"}}, "headers"),
        ({"headers": {"authorization": "Bearer canary"}}, "auth"),
        ({"paging": {"style": "cursor", "parameter": "after"}}, "path"),
        ({"paging": {"style": "page", "parameter": "page"}}, "size"),
        ({"paging": {"style": "nxt"}}, "paging"),
        ({"paging": {"style": "page", "parameter": "p", "size": 2}, "complete": True}, "total"),
        ({"since": SINCE, "complete": True}, "cannot be complete"),
        ({"since": {**SINCE, "place": "body"}}, "body"),
        ({"columns": {"ticket_id": {"path": "id", "value": 1}}}, "either"),
        ({"columns": {"ticket_id": {"path": "id", "convert": "upper"}}}, "convert"),
        ({"colums": {}}, "did you mean 'columns'"),
    ],
)
def test_a_file_that_is_wrong_is_told_at_once(api: Api, endpoint: dict[str, Any], says: str) -> None:
    with pytest.raises(Misconfigured) as met:
        api.source(**endpoint)
    assert says in str(met.value)
    assert "canary" not in str(met.value)


@pytest.mark.parametrize("kind", ["tickts", "usage"])
def test_a_kind_that_cannot_be_is_told(api: Api, kind: str) -> None:
    with pytest.raises(Misconfigured, match=r"did you mean tickets|cannot be added up"):
        api.source(kind, columns={"account_id": "a", "day": "b", "metric": "c", "value": "d"})


@pytest.mark.parametrize(
    ("endpoint", "reason", "says"),
    [
        ({"columns": {**TICKETS["columns"], "subjekt": "s"}}, "column_unknown", "did you mean subject"),
        ({"columns": {"ticket_id": "id", "opened_at": "o"}}, "column_missing", "account_id"),
        ({"rows": "data.items"}, "path_missing", "`rows`"),
    ],
)
def test_a_check_tells_what_does_not_fit(api: Api, endpoint: dict[str, Any], reason: str, says: str) -> None:
    api.says([row(1)])
    with closing(api.source(**endpoint)) as source, pytest.raises(Misconfigured) as met:
        source.check()
    assert (met.value.reason, says in str(met.value)) == (reason, True)


def test_a_sample_is_the_first_page(api: Api) -> None:
    api.says([row(1), {"id": 2, "who": None}])
    with closing(api.source()) as source:
        [page] = source.sample()
    assert [each.ticket_id for each in page.records if isinstance(each, Ticket)] == ["1"]
    assert page.reasons == ("the endpoint tickets, line 2: account_id is missing",)


@pytest.mark.parametrize("host", ["10.1.2.3", "169.254.169.254", "[::ffff:10.0.0.1]", "127.0.0.2", "0x7f.1"])
def test_no_address_of_ours_is_asked(tmp_path: Path, host: str) -> None:
    with responses.RequestsMock() as mock:
        api = Api(mock, tmp_path)
        with closing(api.source(url=f"https://{host}/v1")) as source:
            mock.stop(allow_assert=False)
            with pytest.raises(Misconfigured) as met:
                source.check()
            mock.start()
    assert met.value.reason in {"address_not_public", "base_url"}
