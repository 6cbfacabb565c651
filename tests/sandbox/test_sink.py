import pytest
import requests

from tests.rehearsal import Rehearsal


def send(sandbox: Rehearsal, endpoint: str, body: object, **headers: str) -> requests.Response:
    return requests.post(f"{sandbox.http}/sink/{endpoint}", json=body, headers=headers, timeout=10)


def arrivals(sandbox: Rehearsal, **query: str) -> dict[str, int]:
    return requests.get(f"{sandbox.http}/sink/arrivals", params=query, timeout=10).json()


def test_a_keyed_sink_shows_a_repeated_key_once(sandbox: Rehearsal):
    item = {"key": "a", "thread": "t", "ordinal": 1, "text": "Hello", "account": "x"}
    assert send(sandbox, "keyed", item).json()["repeated"] is False
    assert send(sandbox, "keyed", item).json()["repeated"] is True
    [effect] = sandbox.ledger()["effects"]
    assert {name: effect[name] for name in item} == item
    assert sandbox.summary()["duplicates"] == 0
    assert arrivals(sandbox) == {"keyed": 2, "plain": 0}
    assert arrivals(sandbox, key="b") == {"keyed": 0, "plain": 0}


def test_a_plain_sink_shows_everything_that_arrives(sandbox: Rehearsal):
    for _ in range(2):
        assert send(sandbox, "plain", {"key": "a"}).json()["repeated"] is False
    assert sandbox.summary() == {
        "unique": 1,
        "duplicates": 1,
        "disorder": 0,
        "by_system": {"sink": {"effects": 2, "unique": 1, "duplicates": 1, "disorder": 0}},
    }


def test_the_key_may_be_in_the_header(sandbox: Rehearsal):
    send(sandbox, "keyed", {"text": "Hello"}, **{"Idempotency-Key": "h"})
    assert sandbox.ledger()["effects"][0]["key"] == "h"


def test_a_batch_is_answered_item_by_item(sandbox: Rehearsal):
    answer = send(sandbox, "keyed", [{"key": "a", "ordinal": 2}, {"key": "b", "ordinal": 1}, {"key": "a"}])
    assert answer.json() == {
        "ok": True,
        "repeated": False,
        "results": [
            {"key": "a", "repeated": False},
            {"key": "b", "repeated": False},
            {"key": "a", "repeated": True},
        ],
    }
    assert sandbox.summary()["disorder"] == 1


@pytest.mark.parametrize(("size", "status"), [(500, 200), (501, 413)])
def test_a_batch_has_at_most_500_items(sandbox: Rehearsal, size, status):
    assert send(sandbox, "plain", [{"key": str(n)} for n in range(size)]).status_code == status
    assert sandbox.summary()["unique"] == (size if status == 200 else 0)


@pytest.mark.parametrize(
    "body", [{}, {"text": "no key"}, {"key": 1}, {"key": "a", "colour": "red"}, [{"key": "a"}, {}], "text"]
)
def test_anything_else_is_refused_whole(sandbox: Rehearsal, body):
    assert send(sandbox, "plain", body).status_code == 400
    assert sandbox.ledger()["effects"] == []
