"""How each failure of a vendor's server becomes one of our three errors."""

import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import responses
from msgspec import Struct
from msgspec.json import encode

from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.http import BODY_LIMIT, CHUNK, Http, Refusal
from integrations.session import Credentials
from integrations.vitals import RETRY_AFTER_LIMIT_S, Vitals, retry_after, vitals
from tests.integrations.wire import Script, answering, closing, hanging, served

SECRET = "xoxb-canary-8731"
QUERY = "someone@customer.example"
BASE = "https://vendor.example/api"
REMEDY = "set SEATSIGNAL_VENDOR_TOKEN"
JSON = "Content-Type: application/json"


class Thing(Struct):
    name: str


class Ask(Struct):
    email: str = QUERY


def vendor(base_url: str = BASE, **more: float) -> Http:
    credentials = Credentials({"Authorization": f"Bearer {SECRET}"}, REMEDY)
    return Http("vendor", base_url, credentials, **more)  # type: ignore[arg-type]  # seconds only


def local(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def refused_post(http: Http) -> RetryLater:
    with pytest.raises(RetryLater) as caught:
        http.post("things", Thing, Ask())
    return caught.value


def failure(http: Http) -> IntegrationError:
    with http, pytest.raises(IntegrationError) as caught:
        http.get("things", Thing, {"email": QUERY})
    return caught.value


def assert_tells_nothing(error: BaseException) -> None:
    """Neither secret nor address in the error, nor in what it carries along."""
    told = f"{error!r} {error} {error.__cause__!r} {error.__context__!r}"
    for canary in (SECRET, QUERY, "customer.example", "vendor.example", "127.0.0.1", "things"):
        assert canary not in told


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (301, Misconfigured, "redirected"),
        (302, Misconfigured, "redirected"),
        (304, Misconfigured, "redirected"),
        (400, Rejected, "status_400"),
        (401, Misconfigured, "unauthorized"),
        (402, Rejected, "status_402"),
        (403, Misconfigured, "forbidden"),
        (404, Rejected, "status_404"),
        (408, RetryLater, "status_408"),
        (409, Rejected, "status_409"),
        (410, Rejected, "status_410"),
        (413, Rejected, "status_413"),
        (422, Rejected, "status_422"),
        (425, RetryLater, "status_425"),
        (429, RetryLater, "rate_limited"),
        (451, Rejected, "status_451"),
        (500, RetryLater, "status_500"),
        (501, RetryLater, "status_501"),
        (502, RetryLater, "status_502"),
        (503, RetryLater, "status_503"),
        (504, RetryLater, "status_504"),
        (529, RetryLater, "status_529"),
        (599, RetryLater, "status_599"),
    ],
)
@responses.activate
def test_status_codes(status: int, kind: type[IntegrationError], reason: str) -> None:
    responses.get(
        f"{BASE}/things", json={"error": SECRET}, status=status, headers={"Location": "https://x.example"}
    )
    error = failure(vendor())
    assert (type(error), error.reason) == (kind, reason)
    assert_tells_nothing(error)


@responses.activate
def test_refused_credentials_say_what_to_change() -> None:
    responses.get(f"{BASE}/things", status=401)
    assert REMEDY in str(failure(vendor()))


@pytest.mark.parametrize(
    ("status", "told", "reason"), [(400, "full", "full"), (429, "full", "full"), (400, "empty", "status_400")]
)
@responses.activate
def test_a_vendors_own_words_for_a_refusal_are_read_first(status: int, told: str, reason: str) -> None:
    seen: list[Refusal] = []

    def explain(refusal: Refusal) -> IntegrationError | None:
        seen.append(refusal)
        return Rejected("full") if refusal.body == b"full" else None

    responses.get(f"{BASE}/things", body=told, status=status, headers={"Retry-After": "7"})
    credentials = Credentials({}, REMEDY)
    assert failure(Http("vendor", BASE, credentials, explain=explain)).reason == reason
    assert [each[:3] for each in seen] == [(status, told.encode(), 7.0)]
    assert seen[0].headers["retry-after"] == "7"


@responses.activate
def test_of_an_endless_refusal_only_the_beginning_is_read() -> None:
    seen: list[Refusal] = []
    responses.get(f"{BASE}/things", body=b" " * (BODY_LIMIT + 1), status=500)
    http = Http("vendor", BASE, Credentials({}, REMEDY), explain=seen.append)
    assert failure(http).reason == "status_500"
    assert len(seen[0].body) == CHUNK


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<!doctype html><title>Sign in</title>", "not_json"),
        (b"", "not_json"),
        (b'{"name": "x"', "not_json"),
        (b'{"name": "\xff"}', "not_json"),
        (b'{"name": 7}', "unexpected_answer"),
        (b"[]", "unexpected_answer"),
        (b"null", "unexpected_answer"),
    ],
)
@responses.activate
def test_a_good_status_with_another_body_is_tried_again_later(body: bytes, reason: str) -> None:
    responses.get(f"{BASE}/things", body=body)
    error = failure(vendor())
    assert (type(error), error.reason) == (RetryLater, reason)
    assert_tells_nothing(error)


@responses.activate
def test_a_good_answer_is_typed() -> None:
    sent = responses.get(f"{BASE}/things", json={"name": "x", "more": 1})
    with vendor() as http:
        assert http.get("things", Thing, {"page": 2}) == Thing("x")
    headers = sent.calls[0].request.headers
    assert headers["Authorization"] == f"Bearer {SECRET}"
    assert headers["User-Agent"] == "Seatsignal"


@responses.activate
def test_an_endless_answer_is_refused() -> None:
    responses.get(f"{BASE}/things", body=b" " * (BODY_LIMIT + 1))
    assert failure(vendor()).reason == "answer_too_large"


NOW = datetime(2027, 1, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("7", 7.0),
        (" 30 ", 30.0),
        ("0", 0.0),
        ("9" * 400, RETRY_AFTER_LIMIT_S),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW + timedelta(days=9), usegmt=True), RETRY_AFTER_LIMIT_S),
        (format_datetime(NOW - timedelta(seconds=90), usegmt=True), 0.0),
        ("soon", 0.0),
        ("-5", 0.0),
        ("1.5", 0.0),
        ("²", 0.0),
        ("", 0.0),
    ],
)
def test_retry_after(wish: str, seconds: float) -> None:
    assert retry_after({"Retry-After": wish}, NOW.timestamp()) == seconds


@pytest.mark.parametrize("skew_s", [-7_200, -600, 0, 600, 7_200])
def test_a_date_to_come_back_at_is_measured_from_the_vendors_own(skew_s: int) -> None:
    theirs = NOW + timedelta(seconds=skew_s)
    said = {
        "Date": format_datetime(theirs, usegmt=True),
        "Retry-After": format_datetime(theirs + timedelta(seconds=45), usegmt=True),
    }
    assert retry_after(said, NOW.timestamp()) == 45.0
    assert retry_after({**said, "Date": "lately"}, theirs.timestamp()) == 45.0


@pytest.mark.parametrize("status", [429, 503, 502, 500])
@responses.activate
def test_a_wish_to_wait_is_handed_on_and_nothing_is_tried_before_it_is_over(status: int) -> None:
    sent = responses.get(f"{BASE}/things", status=status, headers={"Retry-After": "7"})
    error = failure(vendor())
    assert isinstance(error, RetryLater)
    assert error.after_s == 7.0
    assert sent.call_count == 1


def test_a_get_is_tried_again_where_the_way_failed_and_the_answer_still_comes() -> None:
    scripts = (answering("502 Bad Gateway"), closing, answering("200 OK", b'{"name": "x"}'))
    with served(*scripts) as port, vendor(local(port)) as http:
        assert http.get("things", Thing) == Thing("x")


@pytest.mark.parametrize("first", [answering("502 Bad Gateway"), closing])
def test_a_post_is_never_tried_again(first: Script) -> None:
    with served(first, answering("200 OK", b'{"name": "x"}')) as port, vendor(local(port)) as http:
        caught = refused_post(http)
    assert_tells_nothing(caught)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (hanging, "timeout"),
        (closing, "connection_lost"),
        (answering("200 OK", b'{"name": ', length=400), "truncated"),
        (answering("nonsense"), "connection_lost"),
    ],
)
def test_what_happens_on_the_wire(script: Script, reason: str) -> None:
    with served(script) as port, vendor(local(port), read_s=0.2) as http:
        caught = refused_post(http)
    assert caught.reason == reason
    assert_tells_nothing(caught)


def test_a_server_that_is_gone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = failure(vendor(local(port)))
    assert (type(error), error.reason) == (RetryLater, "connect_failed")
    assert_tells_nothing(error)


@pytest.mark.parametrize(
    "base_url",
    [
        "http://vendor.example",
        "http://127.0.0.1.vendor.example",
        "http://127.0.0.1@vendor.example",
        "https://me:pass@vendor.example",
        "https://vendor.example?token=x",
        "ftp://vendor.example",
        "vendor.example",
        "https://",
        "",
    ],
)
def test_an_address_that_would_leak_a_secret_is_refused(base_url: str) -> None:
    with pytest.raises(Misconfigured) as caught:
        vendor(base_url)
    assert caught.value.reason == "base_url"


@pytest.mark.parametrize("end", ["\n", "\r\nX-Other: 1", " ", "\t", "é", "…", "\x00", "\x7f"])
def test_a_secret_that_no_header_can_carry_is_refused_and_not_shown(end: str) -> None:
    credentials = Credentials({"Authorization": f"Bearer {SECRET}{end}"}, REMEDY)
    with pytest.raises(Misconfigured, match=REMEDY) as caught:
        Http("vendor", BASE, credentials)
    assert caught.value.reason == "unsendable_credentials"
    assert_tells_nothing(caught.value)


class Spent:
    def take(self, calls: int) -> float:
        return 4.0 * calls


def test_a_spent_budget_makes_no_call() -> None:
    caught = failure(Http("vendor", BASE, Credentials({}, REMEDY), budget=Spent()))
    assert isinstance(caught, RetryLater)
    assert (caught.reason, caught.after_s) == ("budget", 4.0)


class OfTheNextSecond:
    """Has nothing left for a moment, and again for a moment."""

    def __init__(self) -> None:
        self.waits = [0.0, 0.002, 0.001]

    def take(self, calls: int) -> float:
        return self.waits.pop() * calls


def test_the_next_second_s_budget_is_waited_for() -> None:
    with responses.RequestsMock() as vendor:
        vendor.get(f"{BASE}/rows", json={"rows": []})
        Http("vendor", BASE, Credentials({}, REMEDY), budget=OfTheNextSecond()).get("rows", dict)


def test_proxies_and_netrc_of_the_environment_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with served(answering("200 OK", b'{"name": "x"}')) as port, vendor(local(port)) as http:
        assert http.get("things", Thing) == Thing("x")


@responses.activate
def test_no_secret_is_shown_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    responses.get(f"{BASE}/things", status=500)
    http = vendor()
    failure(http)
    assert SECRET not in repr(http) + repr(Credentials({"Authorization": SECRET}, REMEDY)) + caplog.text


def test_no_address_and_no_query_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    good = answering("200 OK", b'{"name": "x"}')
    with served(closing, good) as port, vendor(local(port)) as http:
        assert http.get("things", Thing, {"email": QUERY}) == Thing("x")
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, Vitals()),
        ({"Date": "Mon, 01 Jun 2026 09:00:30 GMT"}, Vitals(30.0)),
        ({"Date": "Mon, 01 Jun 2026 08:59:00 GMT", "RateLimit-Remaining": "12"}, Vitals(-60.0, 12)),
        ({"Date": "yesterday", "X-HubSpot-RateLimit-Remaining": "0"}, Vitals(None, 0)),
        ({"X-RateLimit-Remaining": "many"}, Vitals()),
    ],
)
def test_an_answer_tells_the_vendor_s_time_and_what_is_left(
    headers: dict[str, str], expected: Vitals
) -> None:
    now = datetime(2026, 6, 1, 9, tzinfo=UTC).timestamp()
    assert vitals(headers, now) == expected


@responses.activate
def test_vitals_are_those_of_the_last_answer_even_of_a_refusal() -> None:
    responses.get(f"{BASE}/things", status=429, headers={"X-RateLimit-Remaining": "0"})
    http = vendor()
    assert http.vitals == Vitals()
    failure(http)
    assert http.vitals.calls_left == 0


@responses.activate
def test_no_cookie_of_an_answer_is_kept() -> None:
    for _ in range(2):
        responses.get(f"{BASE}/things", json={"name": "x"}, headers={"Set-Cookie": "session=canary; Path=/"})
    with vendor() as http:
        for _ in range(2):
            http.get("things", Thing)
    assert [call.request.headers.get("Cookie") for call in responses.calls] == [None, None]


class Echo(BaseHTTPRequestHandler):
    """Says back what is asked for, and gives a cookie of its own each time."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = encode(Thing(self.path.removeprefix("/")))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"c{self.path.removeprefix('/')}=x; Path=/")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own word
        """Say nothing."""


def test_threads_that_share_it_get_each_its_own_answer() -> None:
    asked = [str(number) for number in range(400)]
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with vendor(local(server.server_port)) as http, ThreadPoolExecutor(8) as threads:
            answers = [thing.name for thing in threads.map(lambda path: http.get(path, Thing), asked)]
        server.shutdown()
    assert answers == asked
