"""The ledger of rules: which flags fired and when, and of which somebody said that they are no risk."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select

from health.alerts import AT_RISK, OPEN
from health.answers import Answer
from health.ledger import Case, Entry, Ledger
from health.nouns import Flag
from health.policy import LedgerRules
from store import history
from store.among import among
from store.database import now_ms
from store.tables import dismissals, flags, runs


def entries(connection: Connection, rules: LedgerRules) -> list[Entry]:
    """Return each rule's line, from the flags of risk that there are and the outcomes known."""
    fired = (flags.c.kind == AT_RISK) & flags.c.opened.is_not(None)
    since = connection.execute(select(func.min(flags.c.opened)).where(fired)).scalar_one()
    ledger = Ledger(rules, since, history.last_outcome(connection))
    for ids in history.chunks(connection):
        cases, outcomes = _cases(connection, ids), history.outcomes(connection, ids)
        for account in ids:
            ledger.add(cases.get(account, ()), outcomes.get(account, ()))
    return ledger.entries()


def _cases(connection: Connection, ids: Sequence[int]) -> dict[int, list[Case]]:
    same = [dismissals.c.account == flags.c.account, dismissals.c.rule == flags.c.reason]
    dismissed = select(dismissals.c.id).where(*same, dismissals.c.term == flags.c.term).exists()
    query = select(flags.c.account, flags.c.reason, flags.c.opened, dismissed.label("dismissed"))
    query = query.where(among(flags.c.account, ids), flags.c.kind == AT_RISK, flags.c.opened.is_not(None))
    found: dict[int, list[Case]] = defaultdict(list)
    for account, rule, opened, answered in connection.execute(query):
        found[account].append(Case(rule, opened, bool(answered)))
    return found


def dismiss(connection: Connection, closed: Sequence[Flag], said: Answer) -> None:
    """Remember of flags of risk that a person closed them as none: it counts against their rules."""
    rows = [
        {
            "account": flag.account,
            "rule": flag.reason,
            "term": flag.term,
            "reason": said.detail,
            "actor": said.actor,
        }
        for flag in closed
    ]
    if rows:
        connection.execute(insert(dismissals).values(given_ms=now_ms()), rows)


def last_with_none_demoted(connection: Connection, run: int) -> int:
    """Return the last run before another one in which every rule alerted; 0 if there is none."""
    query = select(func.max(runs.c.id)).where(runs.c.demoted == "[]", runs.c.id < run)
    return int(connection.execute(query).scalar_one() or 0)


class Quiet(NamedTuple):
    """An open flag that alerted nobody."""

    account: int
    rule: str
    evidence: str


def quiet(connection: Connection, rules: Sequence[str], after_run: int) -> list[Quiet]:
    """Return the open flags of some rules that runs after a numbered one found, or found again."""
    query = select(flags.c.account, flags.c.reason, flags.c.evidence).where(
        flags.c.kind == AT_RISK,
        flags.c.state.in_(OPEN),
        flags.c.reason.in_(rules),
        flags.c.run > after_run,
    )
    rows = connection.execute(query.order_by(flags.c.account, flags.c.reason))
    return [Quiet(*row) for row in rows]
