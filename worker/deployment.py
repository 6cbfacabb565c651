"""One deployment's parts, made once per process and handed to every step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from config.calendars import workdays
from config.links import Links
from config.modes import Modes
from config.plays import PlayRule
from config.routes import Routes
from config.settings import Settings
from health.calendars import Workdays
from health.colleagues import Found
from health.letters import LetterRule
from health.nudge_rules import NudgeRules
from health.policy import Policy
from integrations import registry
from integrations.budget import Budget, Unlimited
from integrations.desk import Desk
from integrations.roles import Destination, Source, Stream, Webhook
from store.database import Database
from store.expected import SOURCE as COLLEAGUES
from store.installation import business_instant_s
from store.surveys import SOURCE as SURVEYS
from worker.beats import Beats
from worker.bell import Bell
from worker.budgets import SharedBudget


@dataclass
class Deployment:
    """What the steps of the pipeline work with. Integrations are made at first use and kept."""

    database: Database
    settings: Settings
    policy: Policy
    routes: Routes
    plays: Mapping[str, PlayRule]
    bell: Bell
    links: Links | None
    """Links under the public address; without one no letter leaves."""
    letter_rules: Sequence[LetterRule] = ()
    """When customers are told of a renewal; without any nobody is."""
    nudges: NudgeRules = field(default_factory=NudgeRules)
    """Which letters help customers on; without any none does."""
    modes: Modes = field(default_factory=Modes)
    """Which letters leave by themselves; as it is, none until a person has approved enough of them."""
    completed: tuple[Routes, Mapping[str, Found], Routes] | None = None
    """Routes, what was found of colleagues, and the routes with it: made anew where either changes."""
    beats: Beats = field(default_factory=Beats)
    """What was measured for the last pulse; it is measured again where it is not at hand."""
    _sources: dict[str, Source] = field(default_factory=dict)
    _destinations: dict[str, Destination] = field(default_factory=dict)
    _webhooks: dict[str, Webhook] = field(default_factory=dict)
    _desks: dict[str, Desk] = field(default_factory=dict)
    _answerable: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def workdays(self) -> Workdays:
        """The calendars of the world."""
        return workdays()

    def source(self, name: str) -> Source:
        """Return a source by name. Raises `Misconfigured` with what to set."""
        if name not in self._sources:
            self._sources[name] = registry.source(name, budgets=self._reading, clock=self.clock)
        return self._sources[name]

    def webhook(self, name: str) -> Webhook:
        """Return a webhook by name. Raises `Misconfigured` with what to set."""
        if name not in self._webhooks:
            self._webhooks[name] = registry.webhook(name, budgets=self._budget)
        return self._webhooks[name]

    def stream(self, name: str) -> Stream | None:
        """Return what tells of use event by event under a source's name; `None` where none does."""
        known = name in self._webhooks or registry.is_stream(name)
        found = self.webhook(name) if known else None
        return found if isinstance(found, Stream) else None

    def desk(self, name: str) -> Desk:
        """Return a desk by name. Raises `Misconfigured` with what to set."""
        if name not in self._desks:
            self._desks[name] = registry.desk(name)
        return self._desks[name]

    def use_desk(self, name: str, desk: Desk) -> None:
        """Let this one verify and read what colleagues answer, whatever the settings say."""
        self._desks[name] = desk

    def has_desk(self, name: str) -> bool:
        """Tell whether colleagues can answer at a destination: whether what is sent there has buttons."""
        if name not in self._answerable:
            self._answerable[name] = name in self._desks or registry.has_desk(name)
        return self._answerable[name]

    def use_webhook(self, name: str, webhook: Webhook) -> None:
        """Let this one verify and read a vendor's calls, whatever the settings say."""
        self._webhooks[name] = webhook

    def clock(self) -> float:
        """Return the instant that the company's day is at, in seconds since 1970."""
        with self.database.read() as connection:
            return business_instant_s(connection)

    def has_source(self, name: str) -> bool:
        """Tell whether anything is set of a source; one that nobody set up is off."""
        return name in self._sources or registry.is_set_up(name)

    def in_use(self, name: str) -> bool:
        """Tell whether a source still tells us something: whatever is left of another, nobody mends it."""
        if name in {registry.BY_HAND, COLLEAGUES, SURVEYS} or name in self._sources:
            return True
        return name in registry.SOURCES and registry.is_set_up(name)

    def use_source(self, name: str, source: Source) -> None:
        """Pull from this one under a source's name, whatever the settings say."""
        self._sources[name] = source

    def destination(self, name: str) -> Destination:
        """Return a destination by name. Raises `Misconfigured` with what to set."""
        if name not in self._destinations:
            self._destinations[name] = registry.destination(name, budgets=self._budget)
        return self._destinations[name]

    def _budget(self, name: str, calls_per_minute: int | None) -> Budget:
        if calls_per_minute is None:
            return Unlimited()
        return SharedBudget(self.database, name, calls_per_minute)

    def _reading(self, name: str, calls_per_minute: int | None) -> Budget:
        """Return the budget of a source: where notices take of the same, some of it is left to them."""
        if calls_per_minute is None or not registry.writes_too(name):
            return self._budget(name, calls_per_minute)
        return SharedBudget(self.database, name, calls_per_minute, leaves_reserve=True)
