"""Notices in Salesforce: verdicts as fields of accounts, alerts as tasks there, and opportunities.

A notice's owner is the record id of an account that a person or an identity link has found. No account is
ever made, and without one nothing is written.
"""

from collections.abc import Collection, Iterator, Sequence
from time import time

from config.routes import OPPORTUNITIES
from health.nouns import Edit, Notice, Receipt
from integrations.budget import Budget
from integrations.opportunities import TEMPLATE
from integrations.roles import Clock, Prepared
from integrations.salesforce import states
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.fields import FIELDS
from integrations.salesforce.opportunities import NO_STAGE, Opportunities
from integrations.salesforce.refusals import HOLDS_FOR_ALL
from integrations.salesforce.settings import SalesforceSettings
from integrations.salesforce.setup import check, examined, setup
from integrations.salesforce.tasks import Tasks
from integrations.states import receipts_or_later, told
from integrations.vitals import Vitals


class SalesforceDestination:
    """Writes a state's fields to its account or opportunity, and keeps a task for a message's thread."""

    batch_size = states.BATCH
    keyed = True
    ownership = tuple(each.name for each in FIELDS.values())

    def __init__(
        self, settings: SalesforceSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet."""
        self._salesforce = SalesforceClient(settings, budget)
        self._settings = settings
        self.batch_size = settings.batch_size
        self._clock = clock

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of Salesforce."""
        return self._salesforce.vitals

    def close(self) -> None:
        """Close the connections."""
        self._salesforce.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless our fields are there to be written."""
        check(self._salesforce, self._settings)

    def setup(self, *, dry_run: bool = False) -> tuple[Prepared, ...]:
        """Make the fields that are missing, unless it is a dry run, and say what was found of each."""
        return tuple(setup(self._salesforce, self._settings, dry_run=dry_run))

    def examine(self, named: Collection[str]) -> Iterator[Prepared]:
        """Yield what is there of our fields and of opportunities' stage. Raises what clients raise."""
        yield from examined(self._salesforce, self._settings)
        if OPPORTUNITIES in named and not self._settings.opportunity_stage:
            stage = "SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE"
            yield Prepared("Opportunity", "setting", stage, "differs", NO_STAGE)

    def edits(self, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
        """Yield what people changed of states that were written; opportunities are theirs once made.

        Raises what clients raise.
        """
        return states.edits(self._salesforce, [each for each in notices if not _is_opportunity(each)])

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Write the states together, then the messages in order; one receipt each as soon as it is known.

        Raises:
            Misconfigured: what has no receipt yet was not sent.
        """
        return receipts_or_later(notices, self._receipts(notices))

    def _receipts(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        owed = [notice for notice in notices if notice.kind == "state"]
        yield from states.write(self._salesforce, [each for each in owed if not _is_opportunity(each)])
        kept = Opportunities(self._salesforce, self._settings, self._clock)
        yield from kept.write([each for each in owed if _is_opportunity(each)])
        tasks = Tasks(self._salesforce, self._clock)
        yield from (told(notice, tasks.told, HOLDS_FOR_ALL) for notice in notices if notice.kind != "state")


def _is_opportunity(notice: Notice) -> bool:
    return notice.template == TEMPLATE
