"""States: the fields and the tag of organizations, 100 at a time, with a receipt for each of them.

Organizations are looked at first, all in one call: what a person changed is left alone, what they say already
is not written again, and who is gone is told. The rest goes into a job of Zendesk's, which it does after it
has answered: rows that it did are done, others are tried again. A job that takes longer than we can wait is
kept in the receipt, and asked about before anything is written to the same organization: else old could
overwrite new. The tag is added or taken away by itself, so that no tag of a person is ever sent back.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from health.nouns import UNDER_WAY, Edit, Notice, Receipt
from integrations.edits import edited, left
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.states import Written, batches, before, fields, refused
from integrations.zendesk.fields import AT_RISK, TAGS, sent, shown
from integrations.zendesk.jobs import COMPLETED, LATER_S, Jobs, is_under_way
from integrations.zendesk.refusals import HOLDS_FOR_ALL, NO_SUCH_RECORD, SETUP, failed
from integrations.zendesk.replies import Job, Shown
from integrations.zendesk.writer import ZendeskWriter
from integrations.zendesk.writing import Change

BATCH = 100
Said = Mapping[str, str]


class State(NamedTuple):
    """A notice, what our fields are to say, and what of it people have changed, which it leaves alone."""

    notice: Notice
    values: Said
    edits: tuple[Edit, ...] = ()

    @property
    def change(self) -> Change | None:
        """What is written by a job; `None` if no field is."""
        values = {key: sent(key, said) for key, said in self.values.items() if key != TAGS}
        return Change(int(self.notice.owner), values) if values else None


class _Done(NamedTuple):
    """States of organizations that are gone, what was left to write of others, and the job that did it."""

    gone: tuple[State, ...]
    left: tuple[State, ...]
    job: Job | None


class States:
    """The states of one delivery. ``written`` words a record's fields as Zendesk's."""

    def __init__(self, zendesk: ZendeskWriter, jobs: Jobs, written: Written) -> None:
        """Ask nothing yet."""
        self._zendesk = zendesk
        self._jobs = jobs
        self._written = written

    def write(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Write states, and yield one receipt each as soon as it is known.

        Raises:
            Misconfigured: what has no receipt yet was not written, or will be found written.
            RetryLater: the same, for a reason that holds for every later call too.
        """
        ready: list[State] = []
        for notice in notices:
            try:
                ready.append(self._state(notice))
            except Rejected as error:
                yield Receipt(notice.key, "rejected", error.reason)
        for batch in _batches(ready):
            yield from self._batch(batch)

    def edits(self, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
        """Yield states that were written, each with what people changed of it; raises what clients raise."""
        for batch in _batches(list(self._readable(notices))):
            there = self._there(batch)
            for state in batch:
                if says := there.get(state.notice.owner):
                    ours = [state.values, *before(state.notice, self._written)]
                    yield state.notice, tuple(edited(state.values, ours, says, state.notice.taken))

    def _readable(self, notices: Sequence[Notice]) -> Iterator[State]:
        for notice in notices:
            with suppress(Rejected):
                yield self._state(notice)

    def _state(self, notice: Notice) -> State:
        check_record(notice)
        return State(notice, self._written(fields(notice.body)))

    def _batch(self, batch: Sequence[State]) -> Iterator[Receipt]:
        waits: frozenset[str] = frozenset()
        try:
            waits = self._jobs.under_way({state.notice.job for state in batch if state.notice.job})
            done = self._done([state for state in batch if state.notice.job not in waits])
        except (Rejected, RetryLater) as error:
            if error.reason in HOLDS_FOR_ALL:
                raise
            yield from (
                _waits(state, state.notice.job) if state.notice.job in waits else refused(state.notice, error)
                for state in batch
            )
            return
        yield from (_waits(state, state.notice.job) for state in batch if state.notice.job in waits)
        yield from self._receipts(done)

    def _done(self, batch: Sequence[State]) -> _Done:
        """Look at organizations, and let Zendesk write of them what no person has changed and none says."""
        if not batch:
            return _Done((), (), None)
        there = self._there(batch)
        gone = tuple(state for state in batch if state.notice.owner not in there)
        rest = tuple(self._left(state, there[state.notice.owner]) for state in batch if state not in gone)
        changes = [change for state in rest if (change := state.change)]
        return _Done(gone, rest, self._jobs.done(self._zendesk.change(changes)) if changes else None)

    def _there(self, batch: Sequence[State]) -> Mapping[str, Said]:
        """What organizations of a batch say now in its fields, by their ids; without those that are gone."""
        found = self._zendesk.organizations([state.notice.owner for state in batch])
        names = sorted({name for state in batch for name in state.values})
        return {str(each.id): _says(each, names) for each in found}

    def _left(self, state: State, says: Said) -> State:
        """What is left of a state to be written to an organization that says what is there."""
        ours = list(before(state.notice, self._written))
        return State(state.notice, *left(state.values, ours, says, state.notice.taken))

    def _receipts(self, done: _Done) -> Iterator[Receipt]:
        """One receipt per state, by what became of its row of the job, and of its tag."""
        yield from (Receipt(state.notice.key, "rejected", NO_SUCH_RECORD) for state in done.gone)
        needing_a_person: list[Misconfigured] = []
        for state in done.left:
            if state.change and done.job and is_under_way(done.job):
                yield _waits(state, done.job.id)
                continue
            error = (_unwritten(state, done.job) if state.change else None) or self._tagged(state)
            if isinstance(error, Misconfigured):
                needing_a_person.append(error)
            else:
                yield refused(state.notice, error) if error else _sent(state)
        if needing_a_person:
            raise needing_a_person[0]

    def _tagged(self, state: State) -> IntegrationError | None:
        """Add the tag, or take it away, where that is left to do; return what went wrong."""
        tag = state.values.get(TAGS)
        try:
            if tag:
                self._zendesk.tag(state.notice.owner, AT_RISK)
            elif tag is not None:
                self._zendesk.untag(state.notice.owner, AT_RISK)
        except (Rejected, RetryLater, Misconfigured) as error:
            if error.reason in HOLDS_FOR_ALL:
                raise
            return error
        return None


def check_record(notice: Notice) -> None:
    """Raise `Rejected` unless the notice names a record by the form of its id."""
    if not notice.owner:
        raise Rejected("not_linked", "zendesk: the notice names no record")
    if not (notice.owner.isascii() and notice.owner.isdecimal()):
        raise Rejected(NO_SUCH_RECORD, "zendesk: the notice's owner is no id of a record")


def _batches(ready: Sequence[State]) -> Iterator[list[State]]:
    """Split states into batches that Zendesk takes: each organization once."""
    return batches(ready, BATCH, lambda state: state.notice.owner)


def _says(organization: Shown, names: Sequence[str]) -> Said:
    """What an organization says in some fields. Raises `Misconfigured` for one that there is not."""
    there = organization.organization_fields or {}
    missing = [name for name in names if name != TAGS and name not in there]
    if missing:
        raise Misconfigured("field_missing", f"zendesk: organizations lack {', '.join(missing)}; {SETUP}")
    said = {name: shown(name, there[name]) for name in names if name != TAGS}
    return said | ({TAGS: AT_RISK if AT_RISK in (organization.tags or ()) else ""} if TAGS in names else {})


def _unwritten(state: State, job: Job | None) -> IntegrationError | None:
    """What it means of a state how its row of a job ended; nothing is wrong with one that was done."""
    row = next((row for row in job.rows if str(row.id) == state.notice.owner), None) if job else None
    if row is None:
        reason = "not_answered" if job and job.status == COMPLETED else "job_failed"
        return RetryLater(reason, "zendesk: a job says nothing of a record")
    return None if row.success else failed(row)


def _waits(state: State, job: str) -> Receipt:
    return Receipt(state.notice.key, "retry", UNDER_WAY, remote=job, after_s=LATER_S)


def _sent(state: State) -> Receipt:
    return Receipt(state.notice.key, "sent", remote=state.notice.owner, edits=state.edits)
