"""States: the fields of accounts, hundreds at a time, with a receipt for each of them.

Records that we wrote to before, or may have, are looked at first: what a person changed of them is left
alone, and what they say already is not written again. So of a batch whose sender died only the rest is. Of a
collection each record is saved or not by itself, and the answers stand in the order given: only what was
not saved is tried again, and writing a value twice shows once.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from health.nouns import Edit, Notice, Receipt
from integrations.edits import edited, left
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.salesforce.answers import Saved
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.fields import sent, shown, written
from integrations.salesforce.refusals import HOLDS_FOR_ALL, NO_SUCH_RECORD, failed
from integrations.states import batches, before, fields, refused

BATCH = 500
"""As many as two calls look at and write, in three collections."""
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


class _State(NamedTuple):
    """A notice, what our fields are to say, and what of it people have changed, which it leaves alone."""

    notice: Notice
    values: Mapping[str, str]
    edits: tuple[Edit, ...] = ()

    @property
    def record(self) -> dict[str, str | float | bool | None]:
        """What is sent."""
        return {"id": self.notice.owner, **{name: sent(name, said) for name, said in self.values.items()}}


def write(salesforce: SalesforceClient, notices: Sequence[Notice]) -> Iterator[Receipt]:
    """Write states, and yield one receipt each as soon as it is known.

    Raises:
        Misconfigured: what has no receipt yet was not written.
        RetryLater: the same, for a reason that holds for every later call too.
    """
    ready: list[_State] = []
    for notice in notices:
        try:
            ready.append(_state(notice))
        except Rejected as error:
            yield Receipt(notice.key, "rejected", error.reason)
    for batch in _batches(ready):
        yield from _looked_at_and_written(salesforce, batch)


def edits(
    salesforce: SalesforceClient, notices: Sequence[Notice]
) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
    """Yield states that were written, each with what people changed of it; raises what clients raise."""
    for batch in _batches(list(_readable(notices))):
        there = _there(salesforce, batch, [state.notice.owner for state in batch])
        for state in batch:
            if says := there.get(state.notice.owner):
                ours = [state.values, *before(state.notice, written)]
                yield state.notice, tuple(edited(state.values, ours, says, state.notice.taken))


def _readable(notices: Sequence[Notice]) -> Iterator[_State]:
    for notice in notices:
        with suppress(Rejected):
            yield _state(notice)


def _state(notice: Notice) -> _State:
    check_record(notice)
    return _State(notice, written(fields(notice.body)))


def check_record(notice: Notice) -> None:
    """Raise `Rejected` unless the notice names an account by the form of its id."""
    if not notice.owner:
        raise Rejected("not_linked", "salesforce: the notice names no account")
    if not _ID.fullmatch(notice.owner):
        raise Rejected(NO_SUCH_RECORD, "salesforce: the notice's owner is no id of an account")


def _batches(ready: Sequence[_State]) -> Iterator[list[_State]]:
    """Split states into collections that Salesforce takes: each account once."""
    return batches(ready, BATCH, lambda state: state.notice.owner)


def _looked_at_and_written(salesforce: SalesforceClient, batch: Sequence[_State]) -> Iterator[Receipt]:
    """Write of a batch what no person has changed and no record says; where that is nothing, nothing."""
    try:
        looked = _looked_at(salesforce, batch)
        rest = [state for state in looked if state.values]
        saved = salesforce.change("Account", [state.record for state in rest]) if rest else []
    except (Rejected, RetryLater) as error:
        if error.reason in HOLDS_FOR_ALL:
            raise
        yield from (refused(state.notice, error) for state in batch)
        return
    yield from (_sent(state) for state in looked if not state.values)
    yield from _receipts(rest, saved)


def _looked_at(salesforce: SalesforceClient, batch: Sequence[_State]) -> list[_State]:
    """Look at what records say where we wrote to them before, or may have, all in one call."""
    ours = {state.notice.owner: list(before(state.notice, written)) for state in batch}
    known = [state.notice.owner for state in batch if ours[state.notice.owner] or state.notice.attempt > 1]
    if not known:
        return list(batch)
    there = _there(salesforce, batch, known)
    return [_left(state, ours[state.notice.owner], there.get(state.notice.owner)) for state in batch]


def _there(
    salesforce: SalesforceClient, batch: Sequence[_State], accounts: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """What accounts of a batch say now in its fields, by their ids; without those that are gone."""
    names = sorted({name for state in batch for name in state.values})
    rows = salesforce.read("Account", accounts, ("Id", *names))
    there = {account: row for account, row in zip(accounts, rows, strict=True) if row is not None}
    return {account: {name: shown(row.get(name)) for name in names} for account, row in there.items()}


def _left(state: _State, ours: Sequence[Mapping[str, str]], says: Mapping[str, str] | None) -> _State:
    """What is left of a state to be written to a record that says what is there."""
    if says is None:
        return state
    return _State(state.notice, *left(state.values, ours, says, state.notice.taken))


def _receipts(batch: Sequence[_State], saved: Sequence[Saved]) -> Iterator[Receipt]:
    """One receipt per state of a collection, by what became of its record."""
    needing_a_person: list[Misconfigured] = []
    for state, each in zip(batch, saved, strict=True):
        error = None if each.success else failed(each.errors)
        if isinstance(error, Misconfigured):
            needing_a_person.append(error)
        else:
            yield refused(state.notice, error) if error else _sent(state)
    if needing_a_person:
        raise needing_a_person[0]


def _sent(state: _State) -> Receipt:
    return Receipt(state.notice.key, "sent", remote=state.notice.owner, edits=state.edits)
