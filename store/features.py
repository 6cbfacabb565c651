"""Feature rows: built from facts when facts changed, stored packed, read by the chunk.

Where an account has several products or sources, counts of a day are added up.
"""

import json
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, case, false, func, select, true, update

from health.features import Features, Floats
from store import people, recent
from store.among import among
from store.asked import Asked
from store.built import feature_rows
from store.bulk import blobs
from store.days import ONE_DAY, Days
from store.installation import business_day, set_setting, setting
from store.reading import PRESENT
from store.recent import AHEAD
from store.series import Use, renewed
from store.tables import accounts
from store.tables import features as kept
from store.upsert import insert

IDS_A_QUERY = 500
_HELD = "metrics"
"""The setting that names the metrics which feature rows hold."""


def _pack_extra(value: object) -> object:
    if isinstance(value, array):
        return value.tobytes()
    raise TypeError(type(value))


def _unpack_extra(_kind: type, value: bytes) -> Floats:
    return array("d", value)


_encoder = msgspec.msgpack.Encoder(enc_hook=_pack_extra)
_decoder = msgspec.msgpack.Decoder(Features, dec_hook=_unpack_extra)


def pack(features: Features) -> bytes:
    """Return a feature row as stored."""
    return _encoder.encode(features)


def unpack(packed: bytes) -> Features:
    """Return a stored feature row."""
    return _decoder.decode(packed)


def stored(
    connection: Connection,
    first: int,
    last: int,
    at_hand: Collection[Features] = (),
    *,
    run: int,
    stale_only: bool,
) -> Iterator[Features]:
    """Read the feature rows of the accounts in a key range, both ends included, and unpack them one by one.

    An account that a later run than this has judged is left out. With ``stale_only``, only those whose facts
    changed since they were last judged are read. Rows ``at_hand`` are as they are stored, and not read again.
    """
    chosen = accounts.c.id.between(first, last) & not_overtaken(run)
    if stale_only:
        chosen &= accounts.c.touched > accounts.c.judged
    if not at_hand:
        rows = select(kept.c.packed).join(accounts).where(chosen).order_by(kept.c.account)
        return map(unpack, blobs(connection, rows))
    ids = connection.execute(select(accounts.c.id).where(chosen).order_by(accounts.c.id)).scalars().all()
    known = {row.account: row for row in at_hand}
    known |= held(connection, [each for each in ids if each not in known])
    return (known[each] for each in ids if each in known)


def not_overtaken(run: int) -> ColumnElement[bool]:
    """Say of an account that no later run has judged it: what an earlier one knows is out of date there."""
    return accounts.c.judged_run.is_(None) | (accounts.c.judged_run <= run)


def sampled(connection: Connection, size: int) -> Sequence[tuple[int, int]]:
    """Return at most ``size`` accounts, evenly spread, each with the count of changes of its facts."""
    number = connection.execute(select(func.count()).select_from(accounts)).scalar_one()
    step = max(1, -(-number // size))
    place = (func.row_number().over(order_by=accounts.c.id) - 1).label("at")
    numbered = select(accounts.c.id, accounts.c.touched, place).subquery()
    query = select(numbered.c.id, numbered.c.touched).where(numbered.c.at % step == 0).order_by(numbered.c.id)
    return [(row.id, row.touched) for row in connection.execute(query)]


def rebuilt(
    connection: Connection, ids: Sequence[int], metrics: Collection[str]
) -> Iterator[tuple[Features, int]]:
    """Yield the feature rows of some accounts, each with the count of changes it was built from.

    What was stale is rebuilt.
    """
    for at in range(0, len(ids), IDS_A_QUERY):
        some = ids[at : at + IDS_A_QUERY]
        _rebuild(connection, among(accounts.c.id, some), metrics)
        counts = select(accounts.c.id, accounts.c.fresh).where(among(accounts.c.id, some))
        fresh = {row.id: row.fresh for row in connection.execute(counts)}
        for row in held(connection, some).values():
            yield row, fresh[row.account]


def hold(connection: Connection, metrics: Collection[str]) -> None:
    """Let every feature row be built anew where it is to hold metrics that it has not held so far."""
    before = set(json.loads(setting(connection, _HELD) or "[]"))
    if set(metrics) == before:
        return
    set_setting(connection, _HELD, json.dumps(sorted(metrics)))
    if set(metrics) < before:
        return
    connection.execute(select(accounts.c.id).order_by(accounts.c.id).with_for_update(key_share=True))
    anew = {"reshaped": true(), "restated_from": date.min}
    connection.execute(update(accounts).values(touched=accounts.c.touched + 1, **anew))


def refresh(connection: Connection, first: int, last: int, metrics: Collection[str]) -> Sequence[Features]:
    """Bring the feature rows in a key range up to date and return those whose facts had changed."""
    return _rebuild(connection, accounts.c.id.between(first, last), metrics)


class _Change(NamedTuple):
    """What became of an account's facts since its feature row was built.

    ``reshaped`` says whether others than days of use changed, ``restated_from`` the first of these that did.
    ``name`` is what it was called then.
    """

    account: int
    fresh: int
    reshaped: bool
    restated_from: date | None
    name: str


def _rebuild(
    connection: Connection, chosen: ColumnElement[bool], metrics: Collection[str]
) -> Sequence[Features]:
    """Bring the rows of the chosen accounts up to date, which are locked first, in the order of all."""
    c = accounts.c
    stale = select(c.id, c.fresh, c.reshaped, c.restated_from, c.name).where(chosen, c.touched > c.fresh)
    stale = stale.order_by(c.id).with_for_update(key_share=True)
    changes = [_Change(*row) for row in connection.execute(stale)]
    if not changes:
        return ()
    advanced, built = _brought_up(connection, changes, metrics)
    keep(connection, [*advanced, *built])
    names = {each.account: each.name for each in changes}
    _name(connection, [row for row in built if row.name != names[row.account]])
    now = update(accounts).where(among(c.id, [change.account for change in changes]))
    anew = c.reshaped | (c.fresh == 0)
    after = case((anew, func.coalesce(c.judged_run, 0)), else_=c.reshaped_after)
    same = {"reshaped": false(), "restated_from": None, "reshaped_after": after}
    connection.execute(now.values(fresh=c.touched, **same))
    return [*advanced, *built]


def _brought_up(
    connection: Connection, changes: Sequence[_Change], metrics: Collection[str]
) -> tuple[list[Features], list[Features]]:
    """Return the rows of which no more than days of use is read anew, and those that are built anew."""
    through = business_day(connection) + AHEAD
    asked = Asked(connection, PRESENT)
    named = people.named(asked, [each.account for each in changes if not each.reshaped])
    since = {each.account: each.restated_from or date.max for each in changes if each.fresh}
    old = held(connection, list(since))
    first = {
        account: min(since[account], row.through + ONE_DAY)
        for account, row in old.items()
        if row.through and row.through <= through
    }
    uses = _renewed(asked, [(old[account], day) for account, day in first.items()], metrics, through)
    advanced: list[Features] = []
    others: list[int] = []
    for each in changes:
        used = None if each.reshaped or each.account in named else uses.get(each.account)
        row = None if used is None else recent.advanced(old[each.account], used, through)
        others += [each.account] if row is None else []
        advanced += [] if row is None else [row]
    return advanced, feature_rows(asked, others, metrics, through, uses=uses)


def held(connection: Connection, ids: Sequence[int]) -> dict[int, Features]:
    """Return the feature rows that there are of some accounts."""
    if not ids:
        return {}
    query = select(kept.c.packed).where(among(kept.c.account, ids))
    return {row.account: row for row in map(unpack, blobs(connection, query))}


def _renewed(
    asked: Asked, rows: Iterable[tuple[Features, date]], metrics: Collection[str], through: date
) -> dict[int, Use]:
    """Return the use of the accounts of which the row, and the days from that beside it on, tell it."""
    alike: dict[date, list[Features]] = defaultdict(list)
    for row, since in rows:
        alike[since].append(row)
    found: dict[int, Use] = {}
    for since, of_day in alike.items():
        days = Days(asked, [row.account for row in of_day], metrics, through, since)
        uses = {row.account: renewed(row, days) for row in of_day}
        found |= {account: used for account, used in uses.items() if used is not None}
    return found


def _name(connection: Connection, built: Sequence[Features]) -> None:
    """Give accounts the names that their facts give them."""
    if not built:
        return
    c = accounts.c
    called = update(accounts).where(c.id == bindparam("account"), c.name != bindparam("label"))
    rows = [{"account": row.account, "label": row.name} for row in built]
    connection.execute(called.values(name=bindparam("label")), rows)


def keep(connection: Connection, built: Sequence[Features]) -> None:
    """Store feature rows, in place of those there are."""
    statement = insert(connection, kept)
    statement = statement.on_conflict_do_update(
        index_elements=["account"], set_={"packed": statement.excluded.packed}
    )
    connection.execute(statement, [{"account": f.account, "packed": pack(f)} for f in built])


def all_rows(
    connection: Connection, metrics: Collection[str], through: date, only: Collection[int] | None = None
) -> Iterator[Sequence[Features]]:
    """Yield the feature rows of every account, some at a time, in order of ids; nothing is written.

    With ``only`` it is of these accounts alone. What changed since its row was stored is built anew, and so
    is everything where rows hold other metrics.
    """
    good = set(metrics) <= set(json.loads(setting(connection, _HELD) or "[]"))
    asked = Asked(connection, PRESENT)
    wanted = select(accounts.c.id).order_by(accounts.c.id)
    wanted = wanted if only is None else wanted.where(among(accounts.c.id, only))
    ids = connection.execute(wanted).scalars().all()
    for at in range(0, len(ids), IDS_A_QUERY):
        chosen = ids[at : at + IDS_A_QUERY]
        query = select(kept.c.packed).join(accounts).where(among(kept.c.account, chosen))
        query = query.where(accounts.c.fresh == accounts.c.touched)
        rows = {row.account: row for row in map(unpack, blobs(connection, query))} if good else {}
        stale = [account for account in chosen if account not in rows]
        rows |= {row.account: row for row in feature_rows(asked, stale, metrics, through)}
        yield [rows[account] for account in chosen]
