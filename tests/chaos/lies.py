"""Every way in which a vendor's answers may be wrong, from a refusal to believable numbers of another unit.

A kind of fault makes a lie for one play: what becomes of each answer of a pull. Faults of transport meet
every call from one on, those of paging one page, and those of content all that is said.
"""

import gzip
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.utils import formatdate
from random import Random
from time import time
from typing import Any, NamedTuple

import msgspec

from tests.chaos.answers import (
    Row,
    changed_json,
    days_moved,
    ended,
    fields,
    last_day_missing,
    listed,
    numbers,
    of_another,
    with_rows,
)
from tests.chaos.liar import Answer, Broken, Call, Lie

ALL = ("stripe", "posthog", "keygen", "zendesk", "hubspot")
NUMBERS = ("stripe", "posthog", "keygen")
"""Vendors whose numbers move a score."""
DATED = ("stripe", "posthog", "keygen", "zendesk")
HTML = b"<!doctype html><title>Sign in</title><h1>Who are you?</h1>"
WAIT_S = 600
"""Longer than any source waits within a pull."""


class Scene(NamedTuple):
    """What a play is: whose answers, the call of the pull from which on or at which, chance, and before."""

    vendor: str
    at: int
    rng: Random
    recorded: tuple[Answer, ...]
    """What an honest pull is told, in order."""
    eve: Callable[[Call], Answer]
    """What the day before would have said."""


class Kind(NamedTuple):
    """A kind of fault; ``fails``: a pull that meets it ends with an error, whoever the vendor is; ``slow``:
    it meets silence.
    """

    name: str
    lie: Callable[[Scene], Lie]
    vendors: tuple[str, ...] = ALL
    fails: bool = False
    slow: bool = False


# -- transport ---------------------------------------------------------------------------------------


def _from(spoil: Callable[[Call], Answer | Broken]) -> Callable[[Scene], Lie]:
    """Spoil every answer from a call on, also in pulls that follow."""

    def made(scene: Scene) -> Lie:
        met = False

        def told(call: Call) -> Answer | Broken:
            nonlocal met
            met = met or call.number >= scene.at
            return spoil(call) if met else call.honest

        return told

    return made


def _status(status: int, **headers: str) -> Callable[[Scene], Lie]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _from(lambda _: Answer(status, named, b'{"error": "no"}'))


def _later(_: Call) -> Answer:
    now = time()
    dated = {name: formatdate(at, usegmt=True) for name, at in (("Date", now), ("Retry-After", now + WAIT_S))}
    return Answer(429, dated, b"{}")


def _body(change: Callable[[bytes], bytes], **headers: str) -> Callable[[Scene], Lie]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return _from(lambda call: call.honest._replace(body=change(call.honest.body), headers=named))


def _head(answer: Answer) -> bytes:
    length = len(answer.body)
    return f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n".encode()


def _half(call: Call) -> bytes:
    return _head(call.honest) + call.honest.body[: len(call.honest.body) // 2]


def _short(call: Call) -> Answer:
    return call.honest._replace(headers={"Content-Length": str(len(call.honest.body) // 2)})


# -- pages -------------------------------------------------------------------------------------------


def _at(spoil: Callable[[Scene, Call], Answer]) -> Callable[[Scene], Lie]:
    """Spoil the answer of one call."""

    def made(scene: Scene) -> Lie:
        return lambda call: spoil(scene, call) if call.number == scene.at else call.honest

    return made


def _recorded(scene: Scene, call: Call, back: int) -> Answer:
    """What an honest pull was told so many calls before; a negative number: after."""
    at = min(max(call.number - back, 0), len(scene.recorded) - 1)
    return scene.recorded[at]


def _cycle(scene: Scene) -> Lie:
    def told(call: Call) -> Answer:
        if call.number < scene.at:
            return call.honest
        return scene.recorded[max(0, scene.at - 1 - (call.number - scene.at) % 2)]

    return told


def _doubled(scene: Scene, call: Call) -> Answer:
    before = msgspec.json.decode(_recorded(scene, call, 1).body)
    name = listed(before)
    return changed_json(with_rows(lambda rows: [*(before[name] if name else ()), *rows]))(call.honest)


def _stale(scene: Scene) -> Lie:
    return scene.eve


# -- content -----------------------------------------------------------------------------------------


def _every(change: Callable[[Scene, Any], Any]) -> Callable[[Scene], Lie]:
    """Change all JSON that is told."""

    def made(scene: Scene) -> Lie:
        return lambda call: changed_json(lambda told: change(scene, told))(call.honest)

    return made


def _records(change: Row) -> Callable[[Scene], Lie]:
    """Change every record."""
    return _every(lambda _, told: with_rows(lambda rows: list(map(change, rows)))(told))


def _dropped(share: float) -> Callable[[Scene], Lie]:
    """Leave out so many of the records, the same ones each time."""

    def made(scene: Scene) -> Lie:
        salt = scene.rng.random()

        def is_kept(row: object) -> bool:
            return Random(f"{salt}/{row}").random() >= share

        change = with_rows(lambda rows: list(filter(is_kept, rows)))
        return lambda call: changed_json(change)(call.honest)

    return made


DAY = timedelta(days=1)
KINDS: tuple[Kind, ...] = (
    Kind("401", _status(401), fails=True),
    Kind("403", _status(403), fails=True),
    Kind("429, seconds", _status(429, Retry_After=str(WAIT_S)), fails=True),
    Kind("429, date", _from(_later), fails=True),
    Kind("429, bare", _status(429), fails=True),
    Kind("500", _status(500), fails=True),
    Kind("502", _status(502), fails=True),
    Kind("503", _status(503, Retry_After=str(WAIT_S)), fails=True),
    Kind("504", _status(504), fails=True),
    Kind("page of HTML", _from(lambda _: Answer(200, {"Content-Type": "text/html"}, HTML)), fails=True),
    Kind("empty body", _from(lambda _: Answer(200, {}, b"")), fails=True),
    Kind("truncated JSON", _body(lambda body: body[: len(body) // 2]), fails=True),
    Kind("wrong length", _from(_short), fails=True),
    Kind("wrong encoding", _body(lambda body: body.decode().encode("utf-16")), fails=True),
    Kind("wrong type", _body(bytes, Content_Type="text/csv")),
    Kind(
        "garbage for gzip", _body(lambda body: b"\x1f\x8b" + body[:99], Content_Encoding="gzip"), fails=True
    ),
    Kind("torn gzip", _body(lambda body: gzip.compress(body)[:-20], Content_Encoding="gzip"), fails=True),
    Kind("slow body", _from(lambda call: Broken(_half(call), silent=True)), fails=True, slow=True),
    Kind("reset in the body", _from(lambda call: Broken(_half(call))), fails=True),
    Kind("no answer", _from(lambda _: Broken()), fails=True),
    Kind("login page", _status(302, Location="/login"), fails=True),
    Kind("no TLS", _from(lambda _: Broken(b"\x15\x03\x01\x00\x02\x02\x28")), fails=True),
    Kind("empty object", _from(lambda _: Answer(200, {}, b"{}")), fails=True),
    Kind("empty page", _at(lambda _, call: changed_json(with_rows(lambda _rows: []))(call.honest))),
    Kind("all pages empty", _every(lambda _, told: with_rows(lambda _rows: [])(told))),
    Kind("missing page", _at(lambda scene, call: _recorded(scene, call, -1))),
    Kind("page again", _at(lambda scene, call: _recorded(scene, call, 1))),
    Kind("cycle of two", _cycle),
    Kind("page before", _at(lambda scene, call: _recorded(scene, call, call.number))),
    Kind("rows again", _at(_doubled)),
    Kind("early end", _at(lambda _, call: changed_json(ended)(call.honest))),
    Kind("yesterday's", _stale),
    Kind("x 100", _records(numbers(lambda value: value * 100)), NUMBERS),
    Kind("/ 100", _records(numbers(lambda value: value / 100)), NUMBERS),
    Kind("x 1000", _records(numbers(lambda value: value * 1_000)), NUMBERS),
    Kind("all zero", _records(numbers(lambda _: 0)), NUMBERS),
    Kind("one value", _records(numbers(lambda _: 7)), NUMBERS),
    Kind("90 % dropped", _dropped(0.9)),
    Kind("50 % dropped", _dropped(0.5)),
    Kind("a day missing", _every(lambda _, told: last_day_missing(told)), ("posthog",)),
    Kind("days ahead", _records(days_moved(400 * DAY)), DATED),
    Kind("days shifted", _records(days_moved(-7 * DAY)), DATED),
    Kind("zone shifted", _records(days_moved(timedelta(hours=-13))), DATED),
    Kind("another tenant's", _records(of_another)),
    Kind("renamed field", _records(fields(lambda name, value: {f"{name}_v2": value}))),
    Kind("null field", _records(fields(lambda name, _: {name: None}))),
    Kind("other type", _records(fields(lambda name, value: {name: [value]}))),
    Kind("nested deeper", _records(fields(lambda name, value: {name: {"value": value}}))),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
