"""Who did what: kept under tokens, told of champions and of who left."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from health.features import ChampionFact, LastSeen
from health.records import Account, Contact, People, Seat, Usage
from store import people
from store.asked import Asked
from store.built import feature_rows
from store.installation import secret
from store.reading import PRESENT
from store.subjects import token
from store.tables import accounts, facts, past
from tests.store.test_facts import DAY, pull


def days_ago(days: int) -> date:
    return DAY - timedelta(days=days)


def did(users: str, back: int, account: str = "a") -> People:
    """What some users did so many days ago, a letter each."""
    acts = ",".join(f'"{user}":["",{{"open":2}}]' for user in users)
    return People(account, days_ago(back), acts=f"{{{acts}}}")


def stayed(*stretches: tuple[str, int, int], account: str = "a") -> list[People]:
    """Days of users, from so many days ago to so many."""
    found: dict[int, str] = {}
    for user, first, last in stretches:
        for back in range(last, first + 1):
            found[back] = found.get(back, "") + user
    return [did(users, back, account) for back, users in found.items()]


def row(database, key: str = "a", *others: str):
    with database.read() as connection:
        query = select(accounts.c.id).where(accounts.c.key.in_((key, *others))).order_by(accounts.c.id)
        ids = connection.execute(query).scalars().all()
        return next(
            row for row in feature_rows(Asked(connection, PRESENT), ids, ["active_users"]) if row.key == key
        )


def test_users_are_kept_as_the_tokens_that_addresses_have(emptied_database):
    acts = '{"zoe@acme.example":["law",{"core:send":4}],"guest":["",{"open":1.5}]}'
    pull(emptied_database, [Account("a"), People("a", DAY, "crm", acts)])
    with emptied_database.read() as connection:
        (kept,) = connection.execute(select(facts["people"])).all()
        key = secret(connection)
    assert "zoe" not in kept.acts  # a token is hexadecimal: it cannot hold these words by chance
    assert "guest" not in kept.acts
    assert {(act.user_id, act.department, act.feature, act.times) for act in people.acts_of("a", [kept])} == {
        (token(key, "Zoe@acme.example"), "law", "core:send", 4),
        (token(key, "guest"), "", "open", 1.5),
    }


def test_the_same_again_changes_nothing_and_another_day_is_kept_as_the_past(emptied_database):
    for said in (did("xy", 1), did("yx", 1), did("x", 1)):
        pull(emptied_database, [said])
    with emptied_database.read() as connection:
        assert [kept.until_batch for kept in connection.execute(select(past["people"]))] == [3]


SEEN_30 = (days_ago(30) - date(1970, 1, 1)).days * 86_400_000
USED = [Usage("a", days_ago(back), active_users=2) for back in range(100)]


@pytest.mark.parametrize(
    ("records", "last_seen", "champions"),
    [
        ([], {}, ()),
        ([did("xy", 9), did("y", 2)], {9: 1, 2: 1}, ()),
        # who lists seats tells who is still there, even where nobody of them was seen in the rows
        ([did("xy", 9), Seat("a", "x"), Seat("a", "y", last_active_ms=SEEN_30)], {30: 1}, ()),
        # ada carries the use; bob came on a few days
        (stayed(("x", 60, 0), ("y", 9, 5)), {0: 1, 5: 1}, [(60, 0)]),
        # nobody carries it since ada left, but she did until then
        (stayed(("x", 90, 20), ("y", 9, 5)), {20: 1, 5: 1}, [(90, 20)]),
        # whom a seat names is the champion, whoever does more
        ([Seat("a", "y", role="champion"), *stayed(("x", 60, 0), ("y", 9, 5))], {0: 1, 5: 1}, [(9, 5)]),
        ([Contact("a", "y", role="champion"), *stayed(("x", 60, 0), ("y", 9, 5))], {0: 1, 5: 1}, [(9, 5)]),
    ],
)  # fmt: skip
def test_who_was_seen_and_who_carries_the_use(emptied_database, records, last_seen, champions):
    pull(emptied_database, [*USED, *records])
    told = row(emptied_database)
    assert told.champions == tuple(ChampionFact(days_ago(first), days_ago(last)) for first, last in champions)
    seen = [LastSeen(days_ago(back), users) for back, users in last_seen.items()]
    assert told.last_seen == tuple(sorted(seen))


def test_the_days_are_an_accounts_own_whoever_is_read_with_it(emptied_database):
    long_gone = [Usage("b", days_ago(60), active_users=1), *stayed(("z", 160, 60), account="b")]
    pull(emptied_database, [*USED, *stayed(("x", 110, 0)), *long_gone])
    alone, beside = row(emptied_database), row(emptied_database, "a", "b")
    assert alone == beside
    assert alone.champions == (ChampionFact(days_ago(105), DAY),)
