"""Approvals: letters that are held for a person, and what they decided.

Each decision is one conditional update: of two people who decide at once, one does. What was approved is
the words, by their hash: no others are sent on the strength of it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, func, or_, select, update

from health.nouns import Notice
from store import audit
from store.among import among
from store.database import now_ms
from store.installation import set_setting, setting
from store.outbox import BY_HAND, HELD, standing
from store.returns import SUPPRESSING
from store.tables import accounts, approvals, bodies, notices, returns
from store.upsert import insert

APPROVED, REJECTED, MAILED, EXPIRED = "approved", "rejected", "mailed", "expired"
"""What became of a held letter; mailed is that a person sent it by hand."""
APPROVAL, DRAFT = "approval", "draft"
"""For what it is held: to be approved and sent by us, or to be sent by hand."""
APPROVAL_EXPIRED = "approval_expired"
"""Why a letter is not sent about which nobody decided in time."""
_CLOSES = {REJECTED: "rejected", MAILED: BY_HAND, EXPIRED: APPROVAL_EXPIRED}
_OF_MODE = {APPROVED: APPROVAL, MAILED: DRAFT}
_TRUSTED = "leaves_by_itself:"
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Held:
    """A letter that is or was held. Instants are in ms since 1970.

    ``subject`` is the token of whom it is for, ``thread`` that in which its owner was told of it.
    ``decision`` is empty while nobody has decided; ``status`` is where its notice stands.
    """

    id: int
    key: str
    template: str
    account: int
    account_key: str
    account_name: str
    subject: str
    payload: str
    body: bytes
    status: str
    mode: str
    rule: str
    held_ms: int
    expires_ms: int
    thread: str
    decision: str
    actor: str
    reason: str


class Word(NamedTuple):
    """What a person has said of a letter's words; ``in_time`` unless it would come too late by now."""

    decision: str
    in_time: bool


def word(connection: Connection, notice: Notice, body: bytes) -> Word:
    """Return what was decided about a letter with these words; about others nothing was."""
    a = approvals.c
    late = func.coalesce(a.leaves_by_ms < now_ms(), False)
    query = select(a.decision, late.label("late")).where(a.notice == notice.id, a.body == _hash(body))
    row = connection.execute(query).first()
    return Word(row.decision, not row.late) if row else Word("", in_time=True)


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()


def hold(  # noqa: PLR0917 - a letter, why it is held and how long
    connection: Connection, notice: Notice, mode: str, rule: str, hours: int, leaves_by_ms: int | None
) -> None:
    """Keep a letter for a person to decide about within some hours; its words are in ``notice.body``.

    ``leaves_by_ms`` is the instant after which it would come too late, whoever approves. Nothing is kept
    where the letter is in nobody's hand any more: a sender that was frozen may come after the decision.
    """
    if connection.execute(select(notices.c.status).where(notices.c.id == notice.id)).scalar() != "claimed":
        return
    ends = now_ms() + hours * _HOUR_MS
    by = case((ends > leaves_by_ms, leaves_by_ms), else_=ends) if leaves_by_ms is not None else ends
    row = {
        "mode": mode,
        "rule": rule,
        "body": _hash(notice.body),
        "held_ms": now_ms(),
        "expires_ms": by,
        "leaves_by_ms": leaves_by_ms,
    }
    anew = {"thread": "", "warned_ms": None, "decision": "", "actor": "", "reason": "", "decided_ms": None}
    statement = insert(connection, approvals).values(notice=notice.id, **row)
    connection.execute(statement.on_conflict_do_update(index_elements=["notice"], set_={**row, **anew}))


# -- deciding ----------------------------------------------------------------------------------------


def decide(connection: Connection, key: str, decision: str, actor: str, reason: str = "") -> bool:
    """Take a person's decision about a held letter, and tell whether that changed anything.

    It does not where somebody has decided already, where it has expired, where the letter is not held, or
    where it is held for something else: a draft is never approved.
    """
    ours = and_(notices.c.id == approvals.c.notice, notices.c.key == key, standing(notices, HELD))
    open_ = and_(approvals.c.decision == "", exists().where(ours))
    if decision != EXPIRED:
        open_ = and_(open_, approvals.c.expires_ms > now_ms())
    if decision in _OF_MODE:
        open_ = and_(open_, approvals.c.mode == _OF_MODE[decision])
    said = {"decision": decision, "actor": actor, "reason": reason, "decided_ms": now_ms()}
    taken = connection.execute(update(approvals).where(open_).values(**said).returning(approvals.c.notice))
    notice = taken.scalar_one_or_none()
    if notice is None:
        return False
    connection.execute(update(notices).where(notices.c.id == notice).values(**_becomes(decision)))
    audit.record(connection, f"letter_{decision}", key, actor=actor)
    return True


def _becomes(decision: str) -> dict[str, object]:
    if decision == APPROVED:
        return {"status": "due", "reason": "", "due_ms": now_ms()}
    return {"status": "suppressed", "reason": _CLOSES[decision], "settled_ms": now_ms()}


def overdue(connection: Connection) -> list[str]:
    """Return the keys of held letters about which nobody decided in time.

    Where operators could not be told before, it waits, unless it would come too late by now anyway.
    """
    a = approvals.c
    too_late = func.coalesce(a.leaves_by_ms <= now_ms(), False)
    known = or_(a.warned_ms.is_not(None), too_late)
    query = _open(select(notices.c.key)).where(a.expires_ms <= now_ms(), known)
    return list(connection.execute(query.order_by(notices.c.id)).scalars())


def warn(connection: Connection, hours: int) -> list[Held]:
    """Return the held letters that expire within some hours, each once; none expires sooner after that.

    But where it would come too late: that is an instant which no warning moves.
    """
    a = approvals.c
    soon = now_ms() + hours * _HOUR_MS
    near = _open(select(a.notice)).where(a.expires_ms <= soon, a.warned_ms.is_(None))
    ids = list(connection.execute(near).scalars())
    latest = case((a.leaves_by_ms < soon, a.leaves_by_ms), else_=soon)
    marked = update(approvals).where(among(a.notice, ids))
    connection.execute(marked.values(warned_ms=now_ms(), expires_ms=latest))
    return _held(connection, among(notices.c.id, ids))


def _open(query: Select[tuple[int]] | Select[tuple[str]]) -> Select[tuple[int]] | Select[tuple[str]]:
    joined = query.select_from(approvals.join(notices, notices.c.id == approvals.c.notice))
    return joined.where(approvals.c.decision == "", standing(notices, HELD))


def told(connection: Connection, ids: Collection[int], thread: str) -> None:
    """Remember in which thread the owner of some held letters was told of them."""
    connection.execute(update(approvals).where(among(approvals.c.notice, ids)).values(thread=thread))


def untold(connection: Connection) -> frozenset[int]:
    """Return the held letters of which nobody was told yet."""
    query = _open(select(approvals.c.notice)).where(approvals.c.thread == "")
    return frozenset(int(each) for each in connection.execute(query).scalars())


# -- looking -----------------------------------------------------------------------------------------


def waiting(connection: Connection) -> list[Held]:
    """Return the letters that a person can decide about now, those that expire first at the head."""
    found = _held(connection, (approvals.c.decision == "") & standing(notices, HELD))
    return sorted(found, key=lambda each: (each.expires_ms, each.id))


def lately(connection: Connection, most: int) -> list[Held]:
    """Return the letters that were held last, decided about or not, the newest first."""
    newest = select(approvals.c.notice).order_by(approvals.c.held_ms.desc(), approvals.c.notice.desc())
    found = _held(connection, notices.c.id.in_(newest.limit(most)))
    return sorted(found, key=lambda each: (-each.held_ms, -each.id))


def find(connection: Connection, notice: str | int) -> Held | None:
    """Return a letter that is or was held, by its key or its number."""
    same = notices.c.key == notice if isinstance(notice, str) else notices.c.id == notice
    found = _held(connection, same)
    return found[0] if found else None


def _held(connection: Connection, condition: ColumnElement[bool]) -> list[Held]:
    n, a, known = notices.c, approvals.c, accounts.c
    query = (
        select(n.id, n.key, n.template, func.coalesce(n.account, 0).label("account"))
        .add_columns(func.coalesce(known.key, "").label("account_key"))
        .add_columns(func.coalesce(known.name, "").label("account_name"))
        .add_columns(n.owner.label("subject"), n.payload, n.status)
        .add_columns(func.coalesce(bodies.c.body, b"").label("body"))
        .add_columns(a.mode, a.rule, a.held_ms, a.expires_ms, a.thread, a.decision, a.actor, a.reason)
        .join(approvals, a.notice == n.id)
        .outerjoin(accounts, accounts.c.id == n.account)
        .outerjoin(bodies, bodies.c.hash == n.body)
        .where(condition)
    )
    return [Held(**row) for row in connection.execute(query).mappings()]


# -- clean ones --------------------------------------------------------------------------------------


def clean(connection: Connection, template: str) -> int:
    """Return how many letters of a template were clean ones since one was rejected last.

    Those that a person approved after that, which were sent, and since whose sending nothing has come back
    from their address, nor any complaint.
    """
    n, a = notices.c, approvals.c
    of_template = select(func.max(a.decided_ms)).join(notices, n.id == a.notice).where(n.template == template)
    rejected = of_template.where(a.decision == REJECTED).scalar_subquery()
    came_back = exists().where(
        returns.c.subject == n.owner, returns.c.kind.in_(SUPPRESSING), returns.c.at_ms >= n.settled_ms
    )
    query = select(func.count()).select_from(approvals).join(notices, n.id == a.notice)
    query = query.where(n.template == template, a.decision == APPROVED, standing(notices, "sent"), ~came_back)
    return int(connection.execute(query.where(a.decided_ms > func.coalesce(rejected, 0))).scalar_one())


def is_trusted(connection: Connection, template: str) -> bool:
    """Tell whether letters of a template leave by themselves, having been clean often enough."""
    return bool(setting(connection, _TRUSTED + template))


def trust(connection: Connection, template: str) -> None:
    """Let letters of a template leave by themselves from now on."""
    set_setting(connection, _TRUSTED + template, "1")
    audit.record(connection, "leaves_by_itself", template)


def distrust(connection: Connection, template: str) -> None:
    """Let a person approve each letter of a template again; what was clean before counts no more."""
    if is_trusted(connection, template):
        set_setting(connection, _TRUSTED + template, "")
        audit.record(connection, "approved_each_again", template)
