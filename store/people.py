"""Who did what on a day: kept under tokens, and no longer than something asks for it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, Subquery, bindparam, select

from health.features import ChampionFact, LastSeen
from health.figures.active import Act
from health.figures.adoption import CHAMPIONS, champions
from health.records import People
from store.asked import Asked
from store.days import series_since, stretches
from store.installation import secret
from store.subjects import token

SILENT = timedelta(days=CHAMPIONS.silent_days)
_acts = msgspec.json.Decoder(dict[str, tuple[str, dict[str, float]]])


class UnderTokens(str):
    """Acts whose users are under tokens already."""

    __slots__ = ()


def under_tokens(connection: Connection, page: Sequence[People]) -> list[People]:
    """Return a page with a token in place of each user's id."""
    tokens = Tokens(connection)
    return [
        row._replace(
            acts=str(row.acts) if isinstance(row.acts, UnderTokens) else _renamed(row.acts or "{}", tokens)
        )
        for row in page
    ]


def _renamed(acts: str, tokens: "Tokens") -> str:
    named = {tokens[user]: done for user, done in _acts.decode(acts).items()}
    return msgspec.json.encode(dict(sorted(named.items()))).decode()


class Tokens(dict[str, str]):
    """Users' ids and the tokens that stand for them: those of `store.subjects`, where an id is an address."""

    def __init__(self, connection: Connection) -> None:
        """Begin with none."""
        super().__init__()
        self._key = secret(connection)

    def __missing__(self, user: str) -> str:
        """Make a user's token."""
        made = self[user] = token(self._key, user)
        return made


def acts(asked: Asked, stated: Mapping[int, date | None], through: date) -> dict[int, list[Act]]:
    """Return by account who did what in the days of its series, and in those before them that champions need.

    ``stated`` is where each series ends: whatever other accounts are read with it, its own days count.
    """
    found: dict[int, list[Act]] = defaultdict(list)
    query = _days(asked.reading.rows("people"))
    for ids, first in stretches(stated):
        for row in asked.rows("people", query, ids, first=first - SILENT, through=through):
            end = stated[row.account]
            if end and row.day > series_since(end) - SILENT:
                found[row.account].extend(acts_of(str(row.account), [row]))
    return found


def named(asked: Asked, ids: Sequence[int]) -> set[int]:
    """Return which of some accounts have a day of which it is known who did what."""
    return {account for (account,) in asked.rows("people", _accounts(asked.reading.rows("people")), ids)}


@lru_cache(maxsize=64)
def _days(rows: Subquery) -> Select[Any]:
    first, through = (bindparam(name, type_=rows.c.day.type) for name in ("first", "through"))
    query = select(rows.c.account, rows.c.day, rows.c.acts).order_by(rows.c.day)
    return query.where(rows.c.day.between(first, through))


@cache
def _accounts(rows: Subquery) -> Select[Any]:
    return select(rows.c.account).distinct()


def acts_of(account: str, rows: Sequence[Any]) -> Iterator[Act]:
    """Yield what the users of an account did, from rows with a ``day`` and its ``acts``."""
    for row in rows:
        for user, (department, done) in _acts.decode(row.acts or "{}").items():
            for feature, times in done.items():
                yield Act(account, user, row.day, feature, times, department=department)


def last_seen(acts: Sequence[Act], since: date) -> tuple[LastSeen, ...]:
    """Return by day how many users were last seen on it, of those seen after ``since``."""
    latest: dict[str, date] = {}
    for act in acts:
        latest[act.user_id] = max(act.day, latest.get(act.user_id, act.day))
    days = Counter(latest.values())
    return tuple(LastSeen(on, days[on]) for on in sorted(days) if on > since)


def trusted_users(acts: Sequence[Act], named: Collection[str]) -> tuple[ChampionFact, ...]:
    """Return when the champions of an account were first and last seen, by their own use.

    They are who is ``named`` so, else who carries the use now, or did before the days in which a champion
    falls silent.
    """
    if not acts:
        return ()
    day = max(act.day for act in acts) + timedelta(days=1)
    before = day - timedelta(days=CHAMPIONS.silent_days)
    chosen = {act.user_id for act in acts} & set(named)
    chosen = chosen or {user for at in (day, before) for _, user in champions(acts, at)}
    days: dict[str, list[date]] = defaultdict(list)
    for act in acts:
        days[act.user_id].append(act.day)
    return tuple(ChampionFact(min(days[user]), max(days[user])) for user in sorted(chosen))
