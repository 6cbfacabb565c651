"""Notices in Zendesk: verdicts as fields of organizations, private notes at open tickets.

A state's owner is the id of an organization that a person or an identity link has found, a message's that of
a ticket. No organization and no ticket is ever made, and nothing is written that a customer could read.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from health.nouns import Edit, Notice, Receipt
from integrations.budget import Budget
from integrations.roles import Prepared
from integrations.states import receipts_or_later
from integrations.vitals import Vitals
from integrations.zendesk import notes
from integrations.zendesk.fields import FIELDS, TAGS, written
from integrations.zendesk.jobs import Jobs
from integrations.zendesk.settings import ZendeskSettings
from integrations.zendesk.setup import check, examined, setup
from integrations.zendesk.states import BATCH, States
from integrations.zendesk.writer import ZendeskWriter


class ZendeskDestination:
    """Writes a state's fields to its organization, and a message to its ticket: agents alone read it."""

    batch_size = BATCH
    keyed = True

    def __init__(self, settings: ZendeskSettings, *, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        self._zendesk = ZendeskWriter(settings, budget)
        tagged = settings.tags == "on"
        self.ownership = (*(each.key for each in FIELDS.values()), *((TAGS,) if tagged else ()))
        jobs = Jobs(self._zendesk, settings.job_wait_s)
        self._states = States(self._zendesk, jobs, partial(written, tagged=tagged))

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Zendesk."""
        return self._zendesk.vitals

    def close(self) -> None:
        """Close the connections."""
        self._zendesk.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless our fields are there to be written."""
        check(self._zendesk)

    def setup(self, *, dry_run: bool = False) -> tuple[Prepared, ...]:
        """Make the fields that are missing, unless it is a dry run, and say what was found of each."""
        return tuple(setup(self._zendesk, dry_run=dry_run))

    def examine(self, named: Collection[str]) -> Iterator[Prepared]:
        """Yield what is there of our fields, whoever it is routed to. Raises as `check` does."""
        del named
        return examined(self._zendesk)

    def edits(self, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
        """Yield what people changed of states that were written. Raises what clients raise."""
        return self._states.edits(notices)

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Write the states together, then the notes in order; one receipt each as soon as it is known.

        Raises:
            Misconfigured: what has no receipt yet was not sent.
        """
        return receipts_or_later(notices, self._receipts(notices))

    def _receipts(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        yield from self._states.write([notice for notice in notices if notice.kind == "state"])
        yield from notes.told(self._zendesk, [notice for notice in notices if notice.kind != "state"])
