"""States: the fields of companies, 100 at a time, with a receipt for each of them.

Records that we wrote to before, or may have, are looked at first: what a person changed of them is left
alone, and what they say already is not written again. So of a batch whose sender died only the rest is.

A batch may fail in part. Each change carries its company's id as its trace, so that HubSpot writes what
it can and names the rest; whatever it names neither way is tried again, and writing a value twice shows
once. Where it refuses a batch whole, halves of it find the one that it refuses.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from msgspec.structs import replace

from health.nouns import Edit, Notice, Receipt
from integrations.edits import edited, left
from integrations.errors import IntegrationError, Misconfigured, Rejected, RetryLater
from integrations.hubspot.answers import Batch, Failure
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.properties import written
from integrations.hubspot.refusals import HOLDS_FOR_ALL, failed
from integrations.hubspot.writing import Change
from integrations.states import batches, before, fields, refused

BATCH = 100
NO_SUCH_RECORD = "no_such_record"


class _State(NamedTuple):
    """A notice, the change that it asks for, and what of it people have changed, which it leaves alone."""

    notice: Notice
    change: Change
    edits: tuple[Edit, ...] = ()


def write(hubspot: HubSpotClient, notices: Sequence[Notice]) -> Iterator[Receipt]:
    """Write states, and yield one receipt each as soon as it is known.

    Raises:
        Misconfigured: what has no receipt yet was not written.
        RetryLater: the same, for a reason that holds for every later call too.
    """
    ready: list[_State] = []
    for notice in notices:
        try:
            ready.append(_State(notice, _change(notice)))
        except Rejected as error:
            yield Receipt(notice.key, "rejected", error.reason)
    for batch in _batches(ready):
        yield from _looked_at_and_written(hubspot, batch)


def edits(hubspot: HubSpotClient, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
    """Yield states that were written, each with what people changed of it; raises what clients raise."""
    for batch in _batches(list(_readable(notices))):
        there = _there(hubspot, batch, [state.change.id for state in batch])
        for state in batch:
            if state.change.id in there:
                yield state.notice, _edits_of(state, there[state.change.id])


def _readable(notices: Sequence[Notice]) -> Iterator[_State]:
    for notice in notices:
        with suppress(Rejected):
            yield _State(notice, _change(notice))


def _edits_of(state: _State, there: Mapping[str, str | None]) -> tuple[Edit, ...]:
    said = state.change.properties
    return tuple(edited(said, [said, *before(state.notice, written)], there, state.notice.taken))


def check_company(notice: Notice) -> None:
    """Raise `Rejected` where a notice names no company."""
    if not notice.owner:
        raise Rejected("not_linked", "hubspot: the notice names no company")
    if not (notice.owner.isascii() and notice.owner.isdecimal()):
        raise Rejected(NO_SUCH_RECORD, "hubspot: the notice's owner is no id of a company")


def _change(notice: Notice) -> Change:
    check_company(notice)
    return Change(
        id=notice.owner, properties=written(fields(notice.body)), object_write_trace_id=notice.owner
    )


def _batches(ready: Sequence[_State]) -> Iterator[list[_State]]:
    """Split states into batches that HubSpot takes: each company once."""
    return batches(ready, BATCH, lambda state: state.change.id)


def _looked_at_and_written(hubspot: HubSpotClient, batch: Sequence[_State]) -> Iterator[Receipt]:
    """Write of a batch what no person has changed and no record says; where that is nothing, nothing."""
    try:
        looked = _looked_at(hubspot, batch)
    except (Rejected, RetryLater) as error:
        if error.reason in HOLDS_FOR_ALL:
            raise
        yield from (refused_one(state.notice, error) for state in batch)
        return
    yield from (_sent(state) for state in looked if not state.change.properties)
    yield from _written(hubspot, [state for state in looked if state.change.properties])


def _looked_at(hubspot: HubSpotClient, batch: Sequence[_State]) -> list[_State]:
    """Look at what records say where we wrote to them before, or may have, all in one call."""
    ours = {state.change.id: list(before(state.notice, written)) for state in batch}
    known = [state.change.id for state in batch if ours[state.change.id] or state.notice.attempt > 1]
    if not known:
        return list(batch)
    there = _there(hubspot, batch, known)
    return [_left(state, ours[state.change.id], there.get(state.change.id)) for state in batch]


def _there(
    hubspot: HubSpotClient, batch: Sequence[_State], companies: Sequence[str]
) -> Mapping[str, Mapping[str, str | None]]:
    """What companies of a batch say now in the properties that it has, by their ids."""
    names = sorted({name for state in batch for name in state.change.properties})
    return {found.id: found.properties for found in hubspot.companies(companies, names).results}


def _left(state: _State, ours: Sequence[Mapping[str, str]], there: Mapping[str, str | None] | None) -> _State:
    """What is left of a state to be written to a record that says what is there."""
    if there is None:
        return state
    values, found = left(state.change.properties, ours, there, state.notice.taken)
    return _State(state.notice, replace(state.change, properties=values), found)


def _written(hubspot: HubSpotClient, batch: Sequence[_State]) -> Iterator[Receipt]:
    if not batch:
        return
    try:
        answer = hubspot.change("companies", tuple(state.change for state in batch))
    except Rejected as error:
        yield from _halved(hubspot, batch, error)
    except RetryLater as error:
        if error.reason in HOLDS_FOR_ALL:
            raise
        yield from (refused_one(state.notice, error) for state in batch)
    else:
        yield from _receipts(batch, answer)


def _halved(hubspot: HubSpotClient, batch: Sequence[_State], error: Rejected) -> Iterator[Receipt]:
    """Look for what a refused batch was refused for: the others of it pass."""
    if len(batch) == 1:
        yield refused_one(batch[0].notice, error)
        return
    middle = len(batch) // 2
    yield from _written(hubspot, batch[:middle])
    yield from _written(hubspot, batch[middle:])


def _receipts(batch: Sequence[_State], answer: Batch) -> Iterator[Receipt]:
    """One receipt per state of a batch that was answered: written, failed, or not named at all."""
    done = {found.object_write_trace_id or found.id for found in answer.results}
    failures = failures_of(answer)
    needing_a_person: list[Misconfigured] = []
    for state in batch:
        if state.change.id in failures:
            error = failed(failures[state.change.id])
            if isinstance(error, Misconfigured):
                needing_a_person.append(error)
            else:
                yield refused_one(state.notice, error)
        elif state.change.id in done:
            yield _sent(state)
        else:
            yield Receipt(state.notice.key, "retry", "not_answered")
    if needing_a_person:
        raise needing_a_person[0]


def _sent(state: _State) -> Receipt:
    return Receipt(state.notice.key, "sent", remote=state.change.id, edits=state.edits)


def failures_of(answer: Batch) -> Mapping[str, Failure]:
    """What failed of a batch, by what it is about: the trace that we gave, or an id."""
    return {named: failure for failure in answer.errors for named in _ids(failure)}


def _ids(failure: Failure) -> Iterator[str]:
    for name in ("objectWriteTraceId", "ids", "id"):
        yield from failure.context.get(name, ())


def refused_one(notice: Notice, error: IntegrationError) -> Receipt:
    """Return the receipt of a state that was not taken, of a company that is gone by its reason."""
    if isinstance(error, Rejected) and error.reason == "object_not_found":
        return Receipt(notice.key, "rejected", NO_SUCH_RECORD)
    return refused(notice, error)
