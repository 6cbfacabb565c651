"""Feature rows: built from facts when facts changed, stored packed, read by the chunk.

Where an account has several products or sources, counts of a day are added up.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from health.features import (
    FEATURE_DAYS,
    FEATURES,
    SERIES_DAYS,
    ChampionFact,
    Commitment,
    EventFact,
    Features,
    Floats,
    LastSeen,
    LicenceFact,
    LimitFact,
    PaymentFact,
    Series,
    SurveyFact,
    Term,
    TicketFact,
)
from health.figures.active import Act
from health.service import EXPECTED, SETTLED, SOLVED
from store import people
from store.account_facts import CHAMPION, SILENT, AccountFacts, Rows, series_since
from store.bulk import blobs
from store.commitments import commitments
from store.database import day_of
from store.installation import business_day, set_setting, setting
from store.reading import PRESENT, Fact, Reading
from store.tables import accounts
from store.tables import features as kept
from store.upsert import insert

IDS_A_QUERY = 500
AHEAD = timedelta(days=1)
"""How far a source's days may be ahead of ours: somewhere it is tomorrow already."""
_HELD = "metrics"
"""The setting that names the metrics which feature rows hold."""
_T = TypeVar("_T")
_TERM = tuple(Term.__dataclass_fields__)


def _pack_extra(value: object) -> object:
    if isinstance(value, array):
        return value.tobytes()
    raise TypeError(type(value))


def _unpack_extra(_kind: type, value: bytes) -> Floats:
    return array("d", value)


_metrics = msgspec.json.Decoder(dict[str, float])
_encoder = msgspec.msgpack.Encoder(enc_hook=_pack_extra)
_decoder = msgspec.msgpack.Decoder(Features, dec_hook=_unpack_extra)


def pack(features: Features) -> bytes:
    """Return a feature row as stored."""
    return _encoder.encode(features)


def unpack(packed: bytes) -> Features:
    """Return a stored feature row."""
    return _decoder.decode(packed)


def stored(
    connection: Connection, first: int, last: int, *, run: int, stale_only: bool
) -> Iterator[Features]:
    """Read the feature rows of the accounts in a key range, both ends included, and unpack them one by one.

    An account that a later run than this has judged is left out. With ``stale_only``, only those whose facts
    changed since they were last judged are read.
    """
    query = select(kept.c.packed).join(accounts).order_by(kept.c.account)
    query = query.where(kept.c.account.between(first, last), not_overtaken(run))
    if stale_only:
        query = query.where(accounts.c.fresh > accounts.c.judged)
    return map(unpack, blobs(connection, query))


def not_overtaken(run: int) -> ColumnElement[bool]:
    """Say of an account that no later run has judged it: what an earlier one knows is out of date there."""
    return accounts.c.judged_run.is_(None) | (accounts.c.judged_run <= run)


def sample(connection: Connection, size: int, metrics: Collection[str]) -> Iterator[Features]:
    """Yield feature rows of at most ``size`` accounts, evenly spread; what was stale is rebuilt."""
    ids = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars().all()
    chosen = ids[:: max(1, -(-len(ids) // size))]
    for at in range(0, len(chosen), IDS_A_QUERY):
        ids = chosen[at : at + IDS_A_QUERY]
        _rebuild(connection, accounts.c.id.in_(ids), metrics)
        query = select(kept.c.packed).where(kept.c.account.in_(ids))
        yield from map(unpack, blobs(connection, query))


def hold(connection: Connection, metrics: Collection[str]) -> None:
    """Let every feature row be built anew where it is to hold metrics that it has not held so far."""
    before = setting(connection, _HELD)
    if set(metrics) <= set(json.loads(before or "[]")):
        return
    connection.execute(select(accounts.c.id).order_by(accounts.c.id).with_for_update(key_share=True))
    connection.execute(update(accounts).values(touched=accounts.c.touched + 1))
    set_setting(connection, _HELD, json.dumps(sorted(metrics)))


def refresh(connection: Connection, first: int, last: int, metrics: Collection[str]) -> int:
    """Rebuild the feature rows in a key range whose facts changed and return how many."""
    return _rebuild(connection, accounts.c.id.between(first, last), metrics)


def _rebuild(connection: Connection, chosen: ColumnElement[bool], metrics: Collection[str]) -> int:
    """Rebuild what is stale of the chosen accounts, which are locked first, in the order of all."""
    stale = select(accounts.c.id, accounts.c.touched).where(chosen, accounts.c.touched > accounts.c.fresh)
    stale = stale.order_by(accounts.c.id).with_for_update(key_share=True)
    touched = {row.id: row.touched for row in connection.execute(stale)}
    through = business_day(connection) + AHEAD
    built = feature_rows(connection, list(touched), metrics, through=through)
    if built:
        keep(connection, built)
        statement = update(accounts).where(accounts.c.id == bindparam("account"))
        connection.execute(
            statement.values(fresh=bindparam("seen"), name=bindparam("label")),
            [{"account": f.account, "seen": touched[f.account], "label": f.name} for f in built],
        )
    return len(built)


def keep(connection: Connection, built: Sequence[Features]) -> None:
    """Store feature rows, in place of those there are."""
    statement = insert(connection, kept)
    statement = statement.on_conflict_do_update(
        index_elements=["account"], set_={"packed": statement.excluded.packed}
    )
    connection.execute(statement, [{"account": f.account, "packed": pack(f)} for f in built])


def feature_rows(
    connection: Connection,
    ids: Sequence[int],
    metrics: Collection[str],
    reading: Reading = PRESENT,
    through: date = date.max,
) -> list[Features]:
    """Build the feature rows of some accounts from their facts: as known now, or at a moment that passed.

    Days of use after ``through`` are not yet.
    """
    if not ids:
        return []
    facts_of = AccountFacts(connection, ids, metrics, reading, through)
    stated = {account: span.stated for account, span in facts_of.spans.items()}
    held = commitments(connection, reading, facts_of.terms, stated)
    return [_feature_row(row.id, row.key, facts_of, held.get(row.id, ())) for row in facts_of.accounts]


def all_rows(connection: Connection, metrics: Collection[str], through: date) -> Iterator[Sequence[Features]]:
    """Yield the feature rows of every account, some at a time, in order of ids; nothing is written.

    What changed since its row was stored is built anew, and so is everything where rows hold other metrics.
    """
    held = set(metrics) <= set(json.loads(setting(connection, _HELD) or "[]"))
    ids = connection.execute(select(accounts.c.id).order_by(accounts.c.id)).scalars().all()
    for at in range(0, len(ids), IDS_A_QUERY):
        chosen = ids[at : at + IDS_A_QUERY]
        query = select(kept.c.packed).join(accounts).where(kept.c.account.in_(chosen))
        query = query.where(accounts.c.fresh == accounts.c.touched)
        rows = {row.account: row for row in map(unpack, blobs(connection, query))} if held else {}
        stale = [account for account in chosen if account not in rows]
        rows |= {row.account: row for row in feature_rows(connection, stale, metrics, through=through)}
        yield [rows[account] for account in chosen]


def _feature_row(account: int, key: str, known: AccountFacts, committed: Sequence[Commitment]) -> Features:
    profile = _merged(known.profiles.get(account, ()))
    span = known.spans.get(account)
    series = _series(known, account)
    since = _since(known, account)
    seats = known.seats.get(account)
    acts = _acts(known, account, key)
    return Features(
        account=account,
        key=key,
        name=profile.get("name") or key,
        customer_type=profile.get("customer_type", ""),
        country=profile.get("country", ""),
        region=profile.get("region", ""),
        timezone=profile.get("timezone", "UTC"),
        language=profile.get("language", ""),
        currency=profile.get("currency", ""),
        csm_email=profile.get("csm_email", ""),
        sales_email=profile.get("sales_email", ""),
        created_on=profile.get("created_on"),
        sources=tuple(sorted(known.sources.get(account, ()))),
        terms=tuple(_each(known.terms, account, _term)),
        series=series,
        first_used_on=span.first if span else None,
        last_used_on=span.last if span else None,
        assigned_seats=_assigned(seats or ()),
        tickets=tuple(
            t
            for t in _each(known.tickets, account, _ticket)
            if t.opened_on > since or (t.solved_on is None and t.status not in SOLVED)
        ),
        payments=tuple(
            p
            for p in _each(known.payments, account, _payment)
            if p.due_on > since or (p.paid_on is None and p.status not in SETTLED)
        ),
        limits=tuple(_each(known.limits, account, _limit)),
        events=tuple(e for e in _each(known.events, account, _event) if e.on > since or e.kind == EXPECTED),
        surveys=_latest(_each(known.surveys, account, _survey), known.through - AHEAD),
        licences=tuple(_each(known.licences, account, _licence)),
        champions=_champions(seats or (), known.contacts.get(account, ()))
        or people.trusted_users(acts, known.champions_named(account) if acts else ()),
        last_seen=_last_seen(seats or (), since) or people.last_seen(acts, since),
        commitments=tuple(committed),
        unknown=tuple(sorted(known.unknown.get(account, ()))),
    )


def _merged(rows: Sequence[Fact]) -> dict[str, Any]:
    """Return one profile: of each field the first value that any source states."""
    profile: dict[str, Any] = {}
    for row in rows:
        for name, value in row._mapping.items():  # noqa: SLF001 - the documented way to a row's names
            if value is not None:
                profile.setdefault(name, value)
    return profile


def _since(known: AccountFacts, account: int) -> date:
    """Return the day after which settled facts still count: a series' length before the last fact."""
    days = [day_of(row.opened_ms) for row in known.tickets.get(account, ())]
    days += [row.due_on for row in known.payments.get(account, ())]
    days += [day_of(row.at_ms) for row in known.events.get(account, ())]
    span = known.spans.get(account)
    days += [span.stated] if span and span.stated else []
    last = max(days, default=date.min + timedelta(days=SERIES_DAYS))
    return series_since(min(last, known.through))


def _each(rows: Rows, account: int, read: Callable[[Fact], _T]) -> Iterable[_T]:
    return (read(row) for row in rows.get(account, ()))


def _term(row: Fact) -> Term:
    columns = row._mapping  # noqa: SLF001 - see above
    return Term(**{name: value for name in _TERM if (value := columns[name]) is not None})


def _ticket(row: Fact) -> TicketFact:
    return TicketFact(
        ticket_id=row.ticket_id,
        opened_on=day_of(row.opened_ms),
        solved_on=day_of(row.solved_ms) if row.solved_ms is not None else None,
        priority=row.priority or "",
        status=row.status or "",
        topic=row.topic or "",
        subject=row.subject or "",
    )


def _payment(row: Fact) -> PaymentFact:
    return PaymentFact(
        invoice_id=row.invoice_id,
        due_on=row.due_on,
        status=row.status or "",
        paid_on=row.paid_on,
        attempts=row.attempts or 0,
        amount_minor=row.amount_minor,
        currency=row.currency or "",
    )


def _limit(row: Fact) -> LimitFact:
    return LimitFact(row.limit, row.used, row.allowed, row.as_of)


def _event(row: Fact) -> EventFact:
    return EventFact(row.kind, day_of(row.at_ms), row.detail)


def _survey(row: Fact) -> SurveyFact:
    return SurveyFact(row.kind, row.score, day_of(row.answered_ms))


def _licence(row: Fact) -> LicenceFact:
    issued, activated = row.issued_ms, row.activated_ms
    if activated is None:
        activated = row.first_validated_ms
    return LicenceFact(
        day_of(issued) if issued is not None else None, day_of(activated) if activated is not None else None
    )


def _assigned(seats: Sequence[Fact]) -> int | None:
    """Return the seats given out; `None` where none is listed, but at most users whom somebody saw."""
    given = sum(seat.assigned_on is not None or seat.activated_ms is None for seat in seats)
    return given or None


def _champions(seats: Sequence[Fact], contacts: Sequence[Fact]) -> tuple[ChampionFact, ...]:
    """Return the champions whose use is known: by the role of their seat, or of the contact they are."""
    named = {contact.subject for contact in contacts if contact.role == CHAMPION}
    return tuple(
        ChampionFact(since, day_of(seat.last_active_ms))
        for seat in seats
        if seat.role == CHAMPION or (seat.subject and seat.subject in named)
        if (since := _since_when(seat)) is not None and seat.last_active_ms is not None
    )


def _last_seen(seats: Sequence[Fact], since: date) -> tuple[LastSeen, ...]:
    """Return by day how many users were last seen on it; who has several seats counts once."""
    latest: dict[tuple[int, str], int] = {}
    for seat in seats:
        if seat.last_active_ms is not None:
            user = (seat.source_account, seat.user_id)
            latest[user] = max(seat.last_active_ms, latest.get(user, seat.last_active_ms))
    days = Counter(map(day_of, latest.values()))
    return tuple(LastSeen(on, days[on]) for on in sorted(days) if on > since)


def _acts(known: AccountFacts, account: int, key: str) -> list[Act]:
    """Return who did what over the account's own days, whatever other accounts were read with it."""
    span = known.spans.get(account)
    if span is None or span.stated is None:
        return []
    since = series_since(span.stated) - SILENT
    return list(people.acts_of(key, [row for row in known.people.get(account, ()) if row.day > since]))


def _since_when(seat: Fact) -> date | None:
    """Return the day a seat was given out, else the day it was first used."""
    return seat.assigned_on or (day_of(seat.activated_ms) if seat.activated_ms is not None else None)


def _latest(answers: Iterable[SurveyFact], today: date) -> tuple[SurveyFact, ...]:
    """Return the latest answer of each kind, and after them those that are dated ahead, by day."""
    newest: dict[str, SurveyFact] = {}
    ahead: list[SurveyFact] = []
    for answer in sorted(answers, key=lambda a: a.answered_on):
        if answer.answered_on > today:
            ahead.append(answer)
        else:
            newest[answer.kind] = answer
    return (*newest.values(), *ahead)


def _series(known: AccountFacts, account: int) -> Series | None:
    """Return the daily values of the metrics that any fact states, over the days they span.

    The days are the account's own, whatever other accounts were read with it.
    """
    span = known.spans.get(account)
    if span is None or span.stated is None:
        return None
    since = series_since(span.stated)
    rows = _in_order([row for row in known.usage.get(account, ()) if row[0] > since])
    counts = [
        each for each in known.validations.get(account, ()) if each[0] > since and each[1] in known.others
    ]
    days = [row[0] for row in rows]
    every = [*days, *(day for day, _, _ in counts)]
    if not every:
        return None
    start = min(every)
    length = (max(every) - start).days + 1
    values: dict[str, Floats] = {}
    offsets = [(day - start).days for day in days]
    maps = [_metrics.decode(row[3]) if row[3] else {} for row in rows] if known.others else []
    for name, stated in _stated(rows, maps, known):
        series = values[name] = array("d", bytes(8 * length))
        for offset, value in zip(offsets, stated, strict=True):
            if value is not None:
                series[offset] += value
    for day, name, value in counts:
        values.setdefault(name, array("d", bytes(8 * length)))[(day - start).days] += value
    return Series(start, values, _feature_days(maps, [length - 1 - offset for offset in offsets]))


def _feature_days(maps: Sequence[Mapping[str, float]], ago: Sequence[int]) -> tuple[int, ...]:
    """Return the days each feature that is stated was used, as `Series` holds them, in order of names."""
    found: dict[str, int] = defaultdict(int)
    for stated, back in zip(maps, ago, strict=False):
        if back < FEATURE_DAYS:
            for name, value in stated.items():
                if name.startswith(FEATURES):
                    found[name] |= (value > 0) << back
    return tuple(found[name] for name in sorted(found))


def _in_order(rows: Sequence[Fact]) -> Sequence[Fact]:
    """Return rows in the order of their keys where several share a day: so are fractions added up alike."""
    if len({row[0] for row in rows}) == len(rows):
        return rows
    return sorted(rows, key=itemgetter(1, 2, 0))


def _stated(
    rows: Sequence[Fact], maps: Sequence[Mapping[str, float]], known: AccountFacts
) -> Iterator[tuple[str, Sequence[float | None]]]:
    """Yield each metric that any row states, with every row's value of it."""
    if not rows:
        return
    _, _, _, _, *columns, _ = zip(*rows, strict=True)
    yield from _any(zip(known.columns, columns, strict=True))
    if known.others:
        there = set[str]().union(*maps)
        yield from _any((name, [each.get(name) for each in maps]) for name in known.others if name in there)


def _any(
    stated: Iterable[tuple[str, Sequence[float | None]]],
) -> Iterator[tuple[str, Sequence[float | None]]]:
    return ((name, values) for name, values in stated if values.count(None) < len(values))
