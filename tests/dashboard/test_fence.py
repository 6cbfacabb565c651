import asyncio
import logging
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from starlette.types import Message, Receive, Scope, Send

from dashboard import consent, fence
from dashboard.fence import BODY_LIMIT, Fence
from store import subjects
from store.database import Database
from tests.dashboard.conftest import COMPANY, Site, is_fenced

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def consents(database: Database, subject: str) -> bool:
    with database.read() as connection:
        return subjects.consents_to(connection, subject, "renewal")


def in_chunks(size: int) -> Iterator[bytes]:
    yield from (b"a" * 1_000 for _ in range(size // 1_000))


@pytest.mark.parametrize("streamed", [False, True], ids=["with its length", "in chunks"])
@pytest.mark.parametrize("size", [BODY_LIMIT + 1, 5_000_000])
def test_too_large_a_body_is_refused_before_anything_is_done(
    shared_site: Site, http: requests.Session, size: int, streamed: bool
):
    link = shared_site.links.unsubscribe("large", "renewal")
    answer = http.post(link, data=in_chunks(size + 1_000) if streamed else b"a" * size)
    assert answer.status_code == 413
    assert "That was too much at once" in answer.text
    assert is_fenced(answer)
    assert consents(shared_site.database, "large")


def test_a_refusal_is_in_the_language_of_the_browser(shared_site: Site, http: requests.Session):
    link = shared_site.links.unsubscribe("large", "renewal")
    answer = http.post(link, data=b"a" * (BODY_LIMIT + 1), headers={"Accept-Language": "de"})
    assert "<h1>Das war zu viel auf einmal</h1>" in answer.content.decode()


def test_a_body_at_the_limit_is_read(shared_site: Site, http: requests.Session):
    link = shared_site.links.preferences("just-so")
    body = b"save=yes&topic=renewal&topic=".ljust(BODY_LIMIT, b"a")
    assert http.post(link, data=body, headers=FORM).status_code == 200


def test_a_body_that_never_ends_is_given_up(shared_site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(fence, "BODY_S", 0.05)
    place = urlsplit(shared_site.links.unsubscribe("slow", "renewal"))
    head = f"POST {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 100\r\n\r\nList"
    with socket.create_connection((place.hostname, place.port), timeout=10) as line:
        line.sendall(head.encode())
        answer = b"".join(iter(lambda: line.recv(65_536), b"")).decode()
    assert answer.startswith("HTTP/1.1 408 ")
    assert "That took too long" in answer
    assert consents(shared_site.database, "slow")


class Inner:
    """An app that notes what reaches it."""

    def __init__(self) -> None:
        self.reached: list[tuple[str, Message]] = []

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        self.reached += [(scope["type"], await receive()), (scope["type"], await receive())]


def answer_to(kind: str, *messages: Message) -> list[tuple[str, Message]]:
    """What reaches the app behind a fence when these messages arrive."""
    inner, arriving = Inner(), iter(messages)

    async def receive() -> Message:
        return next(arriving)

    async def send(message: Message) -> None:
        raise AssertionError(message)

    asyncio.run(Fence(inner, COMPANY)({"type": kind}, receive, send))
    return inner.reached


def test_who_leaves_half_way_has_asked_for_nothing():
    half = {"type": "http.request", "body": b"List", "more_body": True}
    assert answer_to("http", half, {"type": "http.disconnect"}) == []


def test_a_body_arrives_in_one_piece_and_then_whatever_follows():
    parts = [{"type": "http.request", "body": b"a", "more_body": more} for more in (True, False)]
    whole = {"type": "http.request", "body": b"aa", "more_body": False}
    gone = {"type": "http.disconnect"}
    assert answer_to("http", *parts, gone) == [("http", whole), ("http", gone)]


def test_what_is_no_request_is_let_through():
    start, stop = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}
    assert answer_to("lifespan", start, stop) == [("lifespan", start), ("lifespan", stop)]


def test_what_nobody_expected_is_a_page_and_its_words_stay_out_of_the_log(
    site: Site,
    http: requests.Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
):
    def broken(_connection: object, subject: str, topic: str) -> None:
        raise RuntimeError(f"{subject} {topic}")

    monkeypatch.setattr(consent, "withdraw", broken)
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, "urllib3")  # the client's, not ours
    link = site.links.unsubscribe(site.subject, "renewal")
    answer = http.post(link)
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert is_fenced(answer)
    logged = caplog.text + "".join(capfd.readouterr())
    assert "page_broke" in logged
    assert "RuntimeError" in logged
    assert "consent.withdraw" in logged
    for word in (site.subject, link.rpartition("/")[2]):
        assert word not in logged + answer.text
