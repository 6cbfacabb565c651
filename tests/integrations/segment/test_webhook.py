"""Segment's webhook: its two signatures, its limits, and what its settings mean."""

import hmac
import json
from datetime import UTC, date, datetime
from hashlib import sha1

import pytest

from health.records import Account, Identifier
from health.streams import Deed, Described, Unread
from integrations import registry
from integrations.errors import Misconfigured, Rejected
from integrations.roles import Stream
from sandbox.segment.sending import bodies, signed, signed_256
from tests.integrations.segment.webhook_rig import OF_ACME, event

SECRET = "shared_canary_1"
BODY = json.dumps(event("m1", event="Signed In")).encode()


@pytest.fixture
def stream(monkeypatch: pytest.MonkeyPatch) -> Stream:
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_WEBHOOK_SECRET", SECRET)
    found = registry.webhook("segment")
    assert isinstance(found, Stream)
    return found


def told(stream: Stream, *events: object) -> list[object]:
    return [each for body in bodies(events) for each in stream.parse(body)]  # type: ignore[arg-type]  # any


def test_the_signature_is_the_one_that_segment_documents(stream: Stream) -> None:
    by_hand = hmac.new(SECRET.encode(), BODY, sha1).hexdigest()
    assert signed(BODY, SECRET) == {"X-Signature": by_hand}
    assert stream.verify({"X-Signature": by_hand}, BODY) == "m1"


def test_the_newer_signature_is_taken_alone_or_beside_and_each_must_fit(stream: Stream) -> None:
    both = {**signed(BODY, SECRET), **signed_256(BODY, SECRET)}
    for headers in (signed_256(BODY, SECRET), both):
        assert stream.verify(headers, BODY) == "m1"
    for wrong in ("X-Signature", "X-Signature-256"):
        with pytest.raises(Rejected, match="does not fit"):
            stream.verify({**both, wrong: "0" * len(both[wrong])}, BODY)


def test_a_body_of_more_than_segment_sends_is_refused(stream: Stream) -> None:
    body = b" " * 512_000 + BODY
    with pytest.raises(Rejected, match="more than 512,000 bytes"):
        stream.verify(signed(body, SECRET), body)


def test_an_event_that_is_too_large_or_broken_loses_none_of_the_others(stream: Stream) -> None:
    large = json.dumps(event("m2", event="Signed In", properties={"x": "y" * 32_768}))
    body = f'{{"batch": [{large}, 7, null, {BODY.decode()}]}}'.encode()
    assert list(stream.parse(body)) == [
        Unread("event_too_large"),
        Unread("event_unreadable"),
        Unread("event_unreadable"),
        Deed("m1", date(2026, 6, 9), "", "u1", (("events", 1.0), ("sign_ins", 1.0))),
    ]


def test_a_body_that_is_nested_without_end_is_refused(stream: Stream) -> None:
    body = b'{"type": "track", "properties": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
    with pytest.raises(Rejected, match="holds no event"):
        stream.verify(signed(body, SECRET), body)


def test_an_event_without_an_id_is_known_by_what_it_says(stream: Stream) -> None:
    one, again, other = (event("", event=name) for name in ("Signed In", "Signed In", "Signed Out"))
    ids = [each.message for each in told(stream, one, again, other) if isinstance(each, Deed)]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]


def test_an_account_is_named_once_in_a_body(stream: Stream) -> None:
    said = told(stream, *(event(f"m{n}", event="Ran", **OF_ACME) for n in range(3)))
    assert said.count(Identifier("acme", "our_id", "acme")) == 1
    assert sum(isinstance(each, Deed) for each in said) == 3


def test_traits_are_the_columns_that_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "SEATSIGNAL_SEGMENT_TRAITS", '{"size_band": "employees", "name": "legal.name", "industry": ""}'
    )
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_ACCOUNT_IS_OUR_ID", "false")
    found = registry.webhook("segment")
    group = event(
        "m1",
        "group",
        groupId=12,
        userId=None,
        traits={"employees": 40, "industry": "Anvils", "legal": {"name": "A"}},
    )
    [said] = found.parse(json.dumps(group).encode())
    assert isinstance(said, Described)
    assert (said.account_id, said.told) == ("12", (("name", "A"), ("size_band", "40")))


def test_a_trait_for_no_column_of_an_account_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_TRAITS", '{"plan": "plan"}')
    with pytest.raises(Misconfigured, match=f"no column of an account: plan; there are {Account._fields[1]}"):
        registry.webhook("segment")


def test_a_zone_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_TIMEZONE", "Mars/Olympus")
    with pytest.raises(Misconfigured, match="no time zone"):
        registry.webhook("segment")


@pytest.mark.parametrize(
    ("kind", "told_of"),
    [("alias", 0), ("identify", 0), ("page", 1), ("screen", 1), ("track", 1)],
)
def test_what_is_no_use_of_the_product_adds_nothing(stream: Stream, kind: str, told_of: int) -> None:
    deeds = [each for each in told(stream, event("m1", kind, event="Opened")) if isinstance(each, Deed)]
    assert len(deeds) == told_of


def test_a_day_is_over_a_quarter_of_an_hour_after_its_end_where_the_product_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_TIMEZONE", "Pacific/Auckland")
    stream = registry.webhook("segment")
    assert isinstance(stream, Stream)
    midnight = datetime(2026, 6, 10, 12, tzinfo=UTC).timestamp()
    assert stream.last_day(midnight + 899) == date(2026, 6, 9)
    assert stream.last_day(midnight + 900) == date(2026, 6, 10)


def test_consumption_is_only_what_is_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_CONSUMPTION", "credits")
    found = registry.webhook("segment")
    values: list[object] = [3, 0.5, -1, True, "9", None]
    events = [
        event(f"m{n}", event="Ran", properties={"credits": value}, **OF_ACME)
        for n, value in enumerate(values)
    ]
    [body] = bodies(events)
    deeds = [each for each in found.parse(body) if isinstance(each, Deed)]
    assert [dict(each.done).get("consumption") for each in deeds] == [3, 0.5, None, None, None, None]


def test_as_a_source_it_is_never_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_TIMEZONE", "UTC")
    source = registry.source("segment")
    assert list(source.pull(None)) == []
    with pytest.raises(Misconfigured, match="set SEATSIGNAL_SEGMENT_WEBHOOK_SECRET"):
        source.check()
    monkeypatch.setenv("SEATSIGNAL_SEGMENT_WEBHOOK_SECRET", SECRET)
    registry.source("segment").check()
