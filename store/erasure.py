"""Erasure: a person's address and name leave every table; a token stays, so that nobody brings them back.

The person is gone at once: no reader finds an address or a name, and nothing more is sent. What texts and
bytes hold of them follows table by table, a few rows in a unit of work, until a whole look finds nothing.
What is sought waits in the database for as long as that takes, so that whoever is cut off can go on.
What is told about accounts stays as it is. Backups and what was sent are beyond our reach.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, reduce
from hashlib import sha256
from operator import add
from typing import Any

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    cast,
    delete,
    exc,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.types import UserDefinedType

from config.errors import Actionable
from store import audit, vault
from store.database import Database, is_postgresql, now_ms
from store.installation import secret, set_setting, setting
from store.outbox import PENDING, standing
from store.subjects import NAME_MIN, token
from store.tables import accounts, bodies, consents, features, installation, metadata, notices, subjects
from store.upsert import insert

ERASED = "[erased]"
ROWS = 200
"""Rows that one unit of work cleans."""
LOOKS = 5
"""How often everything is looked through, should somebody write meanwhile what was just taken out."""
_ASCII = 128
_PACKED = {("assessments", "verdict")}
_WAITING = "erasing:"


class Unfinished(Actionable):
    """Something of a person was written again and again while it was taken out."""


def erase(database: Database, email: str, actor: str) -> dict[str, int]:
    """Erase a person by their address, and who was begun with; return how many rows of each table changed."""
    changed: Counter[str] = Counter()
    with database.write() as connection:
        changed += _begun(connection, email, actor)
    for subject in _waiting(database):
        changed += _finished(database, subject)
    return {name: number for name, number in sorted(changed.items()) if number}


def _begun(connection: Connection, email: str, actor: str) -> Counter[str]:
    """Take a person out of reach, and note what is to be sought."""
    subject = token(secret(connection), email)
    words = {*_words(connection, subject, email.strip()), *_sought(connection, subject)}
    set_setting(connection, _WAITING + subject, vault.sealed(msgspec.json.encode(sorted(words)).decode()))
    audit.record(connection, "erased", subject, actor=actor)
    return Counter(
        notices=_silenced(connection, subject),
        consents=connection.execute(delete(consents).where(consents.c.subject == subject)).rowcount,
        subjects=_entombed(connection, subject),
    )


def _sought(connection: Connection, subject: str) -> list[str]:
    """Return what is still sought of a person, the longest first."""
    noted = setting(connection, _WAITING + subject)
    words = msgspec.json.decode(vault.opened(noted), type=list[str]) if noted else []
    return sorted(words, key=len, reverse=True)


def _waiting(database: Database) -> list[str]:
    query = select(installation.c.name).where(installation.c.name.startswith(_WAITING))
    with database.read() as connection:
        return [name.removeprefix(_WAITING) for name in connection.execute(query).scalars()]


def _finished(database: Database, subject: str) -> Counter[str]:
    """Clean every table until a look finds nothing, and forget what was sought. Raises `Unfinished`."""
    with database.read() as connection:
        words = _sought(connection, subject)
    changed: Counter[str] = Counter()
    for _ in range(LOOKS):
        found = Counter(
            {table.name: _cleaned(database, table, words, subject) for table in metadata.sorted_tables}
        )
        changed += found
        if not found.total():
            with database.write() as connection:
                set_setting(connection, _WAITING + subject, "")
            return changed
    raise Unfinished(
        "something of this person is written again and again: erase them again when less is done"
    )


def _words(connection: Connection, subject: str, email: str) -> list[str]:
    """Return what a person is known by: the address, as given and as kept, and the name, also as in HTML."""
    kept = connection.execute(select(subjects).where(subjects.c.token == subject)).one_or_none()
    found = {email, kept.email if kept else ""}
    if kept and len(kept.name) >= NAME_MIN and " " in kept.name:
        found |= {kept.name, kept.name.replace("'", "&#39;")}
    return sorted(filter(None, found), key=len, reverse=True)


def _silenced(connection: Connection, subject: str) -> int:
    """Close what is owed to a person, and keep of what was sent only that it was."""
    theirs = notices.c.owner == subject
    open_ = update(notices).where(theirs, standing(notices, *PENDING))
    closed = {"status": "suppressed", "reason": "erased", "settled_ms": now_ms(), "lease_ms": None}
    connection.execute(open_.values(**closed))
    mark = sha256(ERASED.encode()).hexdigest()
    kept = insert(connection, bodies).values(hash=mark, body=ERASED.encode())
    connection.execute(kept.on_conflict_do_nothing())
    connection.execute(update(notices).where(theirs, notices.c.body.is_not(None)).values(body=mark))
    return connection.execute(update(notices).where(theirs).values(payload="{}")).rowcount


def _entombed(connection: Connection, subject: str) -> int:
    gone = {"email": "", "name": "", "archive_key": None, "erased_ms": now_ms()}
    statement = insert(connection, subjects).values(token=subject, **gone)
    statement = statement.on_conflict_do_update(index_elements=["token"], set_=gone)
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount


def _cleaned(database: Database, table: Table, words: Sequence[str], subject: str) -> int:
    """Find a table's rows that hold something of a person, and clean them; return how many changed."""
    with database.read() as connection:
        query = select(cast(_row(connection), Text)).select_from(table)
        places = connection.execute(query.where(_holding(connection, table, words, subject))).scalars().all()
    changed = 0
    for begin in range(0, len(places), ROWS):
        with database.write() as connection:
            some = places[begin : begin + ROWS]
            changed += sum(_clean(connection, table, place, words, subject) for place in some)
    return changed


def _row(connection: Connection) -> ColumnElement[Any]:
    """Return what names a row's place to its database; it may be another's once the row has changed."""
    return literal_column("ctid" if is_postgresql(connection) else "rowid")


class _Tid(UserDefinedType[str]):
    """PostgreSQL's place of a row."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """As it is called in SQL."""
        return "tid"


def _at(connection: Connection, place: str) -> ColumnElement[bool]:
    return _row(connection) == cast(place, _Tid() if is_postgresql(connection) else Integer())


def _holding(connection: Connection, table: Table, words: Sequence[str], subject: str) -> ColumnElement[bool]:
    """Return the condition that something of a person is in a row, in whatever spelling."""
    conditions = list(_conditions(connection, table, words))
    if "acts" in table.c:
        conditions.append(table.c.acts.contains(subject))
    if table is installation:
        return or_(False, *conditions) & ~installation.c.name.startswith(_WAITING)  # noqa: FBT003 - SQL
    return or_(False, *conditions)  # noqa: FBT003 - SQL


def _conditions(connection: Connection, table: Table, words: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Yield what is sought: in all texts of a row put together, and in each column of bytes."""
    whole = _together(table)
    if whole is not None:
        place = func.strpos if is_postgresql(connection) else func.instr
        yield from (place(whole, form) > 0 for word in words for form in (word, word.upper()))
        yield from (place(func.lower(whole), word.lower()) > 0 for word in words)
    for column in table.columns:
        if isinstance(column.type, LargeBinary):
            yield _within(connection, column, words)


@cache
def _together(table: Table) -> ColumnElement[str] | None:
    """Return all texts of a row as one, or `None` if it has none."""
    texts = [func.coalesce(column, "") for column in table.columns if isinstance(column.type, Text)]
    return reduce(add, texts) if texts else None


def _clean(connection: Connection, table: Table, place: str, words: Sequence[str], subject: str) -> bool:
    """Clean a row and tell whether it changed; a row that would be another's twin then goes."""
    where = _at(connection, place)
    row = connection.execute(select(table).where(where)).one_or_none()
    values = {} if row is None else dict(_changes(table, row, words, subject))
    if row is None or not values:
        return False
    if table is features:  # to be built again from its facts
        connection.execute(update(accounts).where(accounts.c.id == row.account).values(fresh=0))
        connection.execute(delete(table).where(where))
        return True
    try:
        with connection.begin_nested():
            connection.execute(update(table).where(where).values(values))
    except exc.IntegrityError:
        connection.execute(delete(table).where(where))
    return True


def _changes(table: Table, row: Row[Any], words: Sequence[str], subject: str) -> Iterator[tuple[str, object]]:
    """Yield the columns of a row that change, each with its new value.

    An id of a user that is the address becomes the token; an address that we would write to is left empty.
    """
    for column, value in zip(table.columns, row, strict=True):
        if value is None:
            continue
        new = value
        match column.type:
            case Text():
                without = _without(value, subject) if column.name == "acts" else value
                instead = {"user_id": subject, "csm_email": "", "sales_email": ""}.get(column.name, ERASED)
                new = _mask(without, words, instead)
            case LargeBinary():
                work = _repacked if (table.name, column.name) in _PACKED else _rewritten
                new = work(value, words) if _rewritten(value, words) != value else value
        if new != value:
            yield column.name, new


def _without(acts: str, subject: str) -> str:
    """Leave a person out of who did what."""
    if subject not in acts:
        return acts
    left = {user: done for user, done in msgspec.json.decode(acts).items() if user != subject}
    return msgspec.json.encode(left).decode()


def _mask(text: str, words: Sequence[str], instead: str) -> str:
    return re.sub("|".join(map(re.escape, words)), instead, text, flags=re.IGNORECASE)


def _within(connection: Connection, column: Column[Any], words: Sequence[str]) -> Any:  # noqa: ANN401 - as above
    """Return the condition that bytes hold a word, in its own spelling or in small letters."""
    words = [spelled for word in words for spelled in (word, word.lower())]
    if is_postgresql(connection):
        shown: Any = func.encode(column, "escape")
        sought = [_shown(word) for word in words]
        return or_(*(func.strpos(text, word) > 0 for text in (shown, func.lower(shown)) for word in sought))
    shown = cast(column, Text)
    return or_(*(func.instr(text, word) > 0 for text in (shown, func.lower(shown)) for word in words))


def _shown(word: str) -> str:
    """Return a word as PostgreSQL shows bytes: those that are no ASCII as three octal digits."""
    return "".join(chr(byte) if byte < _ASCII else f"\\{byte:03o}" for byte in word.encode())


def _rewritten(value: bytes, words: Sequence[str]) -> bytes:
    pattern = b"|".join(re.escape(word.encode()) for word in words)
    return re.sub(pattern, ERASED.encode(), value, flags=re.IGNORECASE)


def _repacked(value: bytes, words: Sequence[str]) -> bytes:
    return msgspec.msgpack.encode(_renamed(msgspec.msgpack.decode(value), words))


def _renamed(value: Any, words: Sequence[str]) -> Any:  # noqa: ANN401 - whatever is packed
    match value:
        case str():
            return _mask(value, words, ERASED)
        case list():
            return [_renamed(part, words) for part in value]
        case dict():
            return {_renamed(name, words): _renamed(part, words) for name, part in value.items()}
    return value
