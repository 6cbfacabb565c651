"""One account: its verdict, how its score went, why, and the statement of it."""

import json
from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec

from dashboard.api import examples, shapes
from dashboard.api.callers import Scope
from dashboard.api.lists import next_
from dashboard.api.params import LIMIT, Param
from dashboard.api.problems import Problem
from dashboard.api.service import BASE, Ask, Operation, schema_of
from store import book, scores, verdicts
from store.database import Connection
from store.places import is_text
from store.scores import Scored
from store.verdicts import Verdict
from worker import documents
from worker.explanations import policy_of
from worker.statement import Unreadable, statement

KEY_LIMIT = 500
_OF = "/accounts/{key}"
_BEFORE = Param("after", "Days before this one: what `next` of the page before says.", "day")


def operations() -> tuple[Operation, ...]:
    """Return what can be asked of an account."""
    return (
        _one("", "An account", _account, shapes.Account, examples.ACCOUNT),
        Operation(
            f"{_OF}/scores",
            "Scores of an account",
            "How its health went, a verdict a day, the latest first.",
            Scope.ACCOUNTS,
            _scores,
            schema_of(shapes.Scores),
            examples.SCORES,
            (_BEFORE, LIMIT),
        ),
        _one(
            "/explanation", "Why an account stands so", _explanation, shapes.Explanation, examples.EXPLANATION
        ),
        Operation(
            f"{_OF}/statement",
            "Statement of an account",
            "The latest verdict with all it rests on: what `seatsignal verify` recomputes.",
            Scope.ACCOUNTS,
            _statement,
            {"type": "object"},
            examples.STATEMENT,
        ),
    )


def _one(
    ending: str, title: str, answer: Callable[[Ask], object], shape: type[msgspec.Struct], example: object
) -> Operation:
    about = (shape.__doc__ or "").partition("\n")[0]
    return Operation(f"{_OF}{ending}", title, about, Scope.ACCOUNTS, answer, schema_of(shape), example)


def _account(ask: Ask) -> shapes.Account:
    with ask.deployment.database.read() as connection:
        found = _judged(connection, ask)
    path = f"{BASE}/accounts/{quote(found.key, safe='')}"
    links = shapes.Link(f"{path}/scores", f"{path}/explanation", f"{path}/statement")
    return msgspec.convert(documents.verdict(found) | {"links": links}, shapes.Account)


def _scores(ask: Ask) -> shapes.Scores:
    limit = int(ask.params.get("limit", LIMIT.default or 0))
    before = ask.params.get("after")
    with ask.deployment.database.read() as connection:
        key = _judged(connection, ask).key
        days = scores.history(connection, key, date.fromisoformat(before) if before else None, limit + 1)
    shown = [_score(each) for each in days[:limit]]
    after = shown[-1].as_of.isoformat() if len(days) > limit else ""
    return shapes.Scores(shown, next_(f"/accounts/{quote(key, safe='')}/scores", ask, after))


def _score(day: Scored) -> shapes.Score:
    health, low, high = (points / 100 for points in (day.points, day.low, day.high))
    return shapes.Score(day.as_of, health, low, high, day.coverage, day.band, day.run)


def _explanation(ask: Ask) -> shapes.Explanation:
    with ask.deployment.database.read() as connection:
        found = _judged(connection, ask)
        told = documents.explanation(documents.beside(ask.deployment, connection, found))
    verdict = documents.verdict(found)
    said = {name: verdict[name] for name in ("account", "as_of", "reasons")}
    return msgspec.convert(said | told, shapes.Explanation)


def _statement(ask: Ask) -> object:
    with ask.deployment.database.read() as connection:
        found = _judged(connection, ask)
        policy = policy_of(ask.deployment, connection, found.policy_hash)
    try:
        made: Any = statement(found, policy) if policy else None
    except Unreadable:
        made = None
    if made is None:
        raise Problem(HTTPStatus.NOT_FOUND, "The verdict was stored without all that a statement needs.")
    return json.loads(json.dumps(made, default=str))


def _judged(connection: Connection, ask: Ask) -> Verdict:
    """Return the latest verdict on the account that is asked for. Raises `Problem`: there is none."""
    key = ask.path["key"]
    known = len(key) <= KEY_LIMIT and is_text(key) and book.place(connection, key)
    found = verdicts.verdict(connection, key) if known else None
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such account, or no verdict on it.")
    return found
