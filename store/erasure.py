"""Erasure: a person's address and name leave every table; a token stays, so that nobody brings them back.

What is told about accounts stays as it is. Backups and what was sent are beyond our reach.
"""

import re
from collections import Counter
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, cast, delete, func, or_, select, update

from store import audit
from store.database import is_postgresql, now_ms
from store.installation import secret
from store.outbox import OPEN, standing
from store.subjects import token
from store.tables import accounts, bodies, consents, facts, features, metadata, notices, past, subjects
from store.upsert import insert

ERASED = "[erased]"
_NAME_MIN = 6
"""Characters of a name that is looked for in texts: a shorter one is part of too many words."""
_ASCII = 128
_PACKED = {("assessments", "verdict")}


def erase(connection: Connection, email: str, actor: str) -> dict[str, int]:
    """Erase a person by their address and return how many rows of each table that changed."""
    subject = token(secret(connection), email)
    words = _words(connection, subject, email.strip())
    changed: Counter[str] = Counter()
    changed["notices"] += _silenced(connection, subject)
    changed["consents"] += _gone(connection, consents, consents.c.subject == subject)
    changed["people"] += sum(_without(connection, table["people"], subject) for table in (facts, past))
    changed["subjects"] += _entombed(connection, subject)
    for table in metadata.sorted_tables:
        for column in table.columns:
            changed[table.name] += _masked(connection, column, words, subject)
    audit.record(connection, "erased", subject, actor=actor)
    return {name: number for name, number in sorted(changed.items()) if number}


def _words(connection: Connection, subject: str, email: str) -> list[str]:
    """Return what a person is known by: the address, as given and as kept, and the name."""
    kept = connection.execute(select(subjects).where(subjects.c.token == subject)).one_or_none()
    found = {email, kept.email if kept else ""}
    if kept and len(kept.name) >= _NAME_MIN and " " in kept.name:
        found.add(kept.name)
    return sorted(filter(None, found), key=len, reverse=True)


def _silenced(connection: Connection, subject: str) -> int:
    """Close what is owed to a person, and keep of what was sent only that it was."""
    theirs = notices.c.owner == subject
    open_ = update(notices).where(theirs, standing(notices, *OPEN))
    closed = {"status": "suppressed", "reason": "erased", "settled_ms": now_ms(), "lease_ms": None}
    connection.execute(open_.values(**closed))
    mark = sha256(ERASED.encode()).hexdigest()
    kept = insert(connection, bodies).values(hash=mark, body=ERASED.encode())
    connection.execute(kept.on_conflict_do_nothing())
    connection.execute(update(notices).where(theirs, notices.c.body.is_not(None)).values(body=mark))
    return connection.execute(update(notices).where(theirs).values(payload="{}")).rowcount


def _gone(connection: Connection, table: Table, condition: Any) -> int:  # noqa: ANN401 - an SQL expression
    return connection.execute(delete(table).where(condition)).rowcount


def _without(connection: Connection, table: Table, subject: str) -> int:
    """Leave a person out of who did what."""
    query = select(table.c.acts).where(table.c.acts.contains(subject)).distinct()
    changed = 0
    for (acts,) in connection.execute(query).all():
        left = {user: done for user, done in msgspec.json.decode(acts).items() if user != subject}
        statement = update(table).where(table.c.acts == acts)
        changed += connection.execute(statement.values(acts=msgspec.json.encode(left).decode())).rowcount
    return changed


def _entombed(connection: Connection, subject: str) -> int:
    gone = {"email": "", "name": "", "archive_key": None, "erased_ms": now_ms()}
    statement = insert(connection, subjects).values(token=subject, **gone)
    statement = statement.on_conflict_do_update(index_elements=["token"], set_=gone)
    return connection.execute(statement.execution_options(preserve_rowcount=True)).rowcount


def _masked(connection: Connection, column: Column[Any], words: list[str], subject: str) -> int:
    match column.type:
        case Text():
            return _masked_texts(connection, column, words, subject)
        case LargeBinary():
            return _masked_bytes(connection, column, words)
    return 0


def _masked_texts(connection: Connection, column: Column[Any], words: list[str], subject: str) -> int:
    """Mask every text with a word in it. An id of a user that is the address becomes the token.

    An address that we would write to is left empty.
    """
    instead = {"user_id": subject, "csm_email": "", "sales_email": ""}.get(column.name, ERASED)
    spelled = [column.contains(word, autoescape=True) for word in words]
    small = [func.lower(column).contains(word.lower(), autoescape=True) for word in words]
    having = or_(*spelled, *small)
    changed = 0
    for text in connection.execute(select(column).where(having).distinct()).scalars().all():
        statement = update(column.table).where(column == text)
        changed += connection.execute(statement.values({column: _mask(text, words, instead)})).rowcount
    return changed


def _mask(text: str, words: list[str], instead: str) -> str:
    return re.sub("|".join(map(re.escape, words)), instead, text, flags=re.IGNORECASE)


def _masked_bytes(connection: Connection, column: Column[Any], words: list[str]) -> int:
    """Mask packed values and stored bodies; a feature row is dropped, to be built again from its facts."""
    table, changed = column.table, 0
    if table is features:
        stale = select(features.c.account).where(_within(connection, column, words))
        connection.execute(update(accounts).where(accounts.c.id.in_(stale)).values(fresh=0))
        return _gone(connection, features, _within(connection, column, words))
    work = _repacked if (table.name, column.name) in _PACKED else _rewritten
    query = select(column).where(_within(connection, column, words)).distinct()
    for value in connection.execute(query).scalars().all():
        statement = update(table).where(column == value).values({column: work(value, words)})
        changed += connection.execute(statement).rowcount
    return changed


def _within(connection: Connection, column: Column[Any], words: list[str]) -> Any:  # noqa: ANN401 - as above
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


def _rewritten(value: bytes, words: list[str]) -> bytes:
    pattern = b"|".join(re.escape(word.encode()) for word in words)
    return re.sub(pattern, ERASED.encode(), value, flags=re.IGNORECASE)


def _repacked(value: bytes, words: list[str]) -> bytes:
    return msgspec.msgpack.encode(_renamed(msgspec.msgpack.decode(value), words))


def _renamed(value: Any, words: list[str]) -> Any:  # noqa: ANN401 - whatever is packed
    match value:
        case str():
            return _mask(value, words, ERASED)
        case list():
            return [_renamed(part, words) for part in value]
        case dict():
            return {_renamed(name, words): _renamed(part, words) for name, part in value.items()}
    return value
