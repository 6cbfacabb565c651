"""Notices in HubSpot: verdicts as properties of companies, alerts as tasks and room to grow as deals there.

A notice's owner is the record id of a company that a person or an identity link has found. No company is
ever made, and without one nothing is written.
"""

from collections.abc import Collection, Iterator, Sequence
from time import time

from config.routes import OPPORTUNITIES
from health.nouns import Edit, Notice, Receipt
from integrations.budget import Budget
from integrations.hubspot import states
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.deals import NO_STAGE, Deals
from integrations.hubspot.properties import FIELDS, WANTED, WITH_DEALS
from integrations.hubspot.refusals import HOLDS_FOR_ALL
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.setup import check, examined, setup, stages
from integrations.hubspot.tasks import Tasks
from integrations.opportunities import TEMPLATE
from integrations.roles import Clock, Prepared
from integrations.states import receipts_or_later, told
from integrations.vitals import Vitals


class HubSpotDestination:
    """Writes a state's fields to its company, and keeps a task for a message's thread."""

    batch_size = states.BATCH
    keyed = True
    ownership = tuple(each.name for each in FIELDS.values())

    def __init__(
        self, settings: HubSpotSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet."""
        self._hubspot = HubSpotClient(settings, budget)
        self._clock = clock
        self._settings = settings
        self._wanted = WITH_DEALS if settings.deal_stage else WANTED

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of HubSpot."""
        return self._hubspot.vitals

    def close(self) -> None:
        """Close the connections."""
        self._hubspot.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless our properties are there to be written."""
        check(self._hubspot, self._wanted)

    def setup(self, *, dry_run: bool = False) -> tuple[Prepared, ...]:
        """Make what is missing, unless it is a dry run, and say what was found of each."""
        return tuple(setup(self._hubspot, self._wanted, dry_run=dry_run))

    def examine(self, named: Collection[str]) -> Iterator[Prepared]:
        """Yield what is there of our properties, and of what deals begin at. Raises what clients raise."""
        yield from examined(self._hubspot, self._wanted)
        if self._settings.deal_stage:
            yield from stages(self._hubspot, self._settings)
        elif OPPORTUNITIES in named:
            yield Prepared("deals", "setting", "SEATSIGNAL_HUBSPOT_DEAL_STAGE", "differs", NO_STAGE)

    def edits(self, notices: Sequence[Notice]) -> Iterator[tuple[Notice, tuple[Edit, ...]]]:
        """Yield what people changed of states that were written; deals are theirs once made.

        Raises what clients raise.
        """
        return states.edits(self._hubspot, [each for each in notices if each.template != TEMPLATE])

    def deliver(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Write the states together, then the messages in order; one receipt each as soon as it is known.

        Raises:
            Misconfigured: what has no receipt yet was not sent.
        """
        return receipts_or_later(notices, self._receipts(notices))

    def _receipts(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        owed = [notice for notice in notices if notice.kind == "state"]
        yield from states.write(self._hubspot, [each for each in owed if each.template != TEMPLATE])
        deals = Deals(self._hubspot, self._settings, self._clock)
        yield from deals.write([each for each in owed if each.template == TEMPLATE])
        tasks = Tasks(self._hubspot, self._clock)
        yield from (told(notice, tasks.told, HOLDS_FOR_ALL) for notice in notices if notice.kind != "state")
