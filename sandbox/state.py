"""What all stand-ins share."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sandbox.api.book import ApiBook
from sandbox.chargebee.book import ChargebeeBook
from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.hubspot.book import HubSpotBook
from sandbox.intercom.book import IntercomBook
from sandbox.keygen.book import KeygenBook
from sandbox.ledger import Ledger
from sandbox.mail.mailbox import Mailbox
from sandbox.posthog.book import PostHogBook
from sandbox.salesforce.book import SalesforceBook
from sandbox.slack.workspace import Workspace
from sandbox.stripe.book import StripeBook
from sandbox.teams.board import Board
from sandbox.zendesk.book import ZendeskBook


class Book(Protocol):
    """What a vendor holds of the rehearsed company."""

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""

    def clear(self) -> None:
        """Hold nothing."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One rehearsal. Each stand-in's `router(sandbox)` gets the same one."""

    config: Config
    clock: Clock
    ledger: Ledger
    mailbox: Mailbox
    workspace: Workspace
    teams: Board
    stripe: StripeBook
    posthog: PostHogBook
    keygen: KeygenBook
    zendesk: ZendeskBook
    intercom: IntercomBook
    hubspot: HubSpotBook
    salesforce: SalesforceBook
    api: ApiBook
    chargebee: ChargebeeBook
    faults: Faults = field(default_factory=Faults)
    arrivals: Counter[tuple[str, str]] = field(default_factory=Counter)  # (endpoint, key) of the sink

    @property
    def books(self) -> Mapping[str, Book]:
        """By vendor."""
        return {
            "stripe": self.stripe,
            "posthog": self.posthog,
            "keygen": self.keygen,
            "zendesk": self.zendesk,
            "intercom": self.intercom,
            "hubspot": self.hubspot,
            "salesforce": self.salesforce,
            "http": self.api,
            "chargebee": self.chargebee,
        }

    def reset(self) -> None:
        """As new, but for the configuration."""
        seen = (self.ledger, self.mailbox, self.workspace, self.teams)
        for memory in (*seen, self.faults, self.arrivals, self.clock):
            memory.clear()
        for book in self.books.values():
            book.clear()


def rehearsal(config: Config, ledger: Ledger) -> Sandbox:
    """A sandbox in which nothing has happened yet but what the ledger's file tells."""
    clock = Clock()
    return Sandbox(
        config,
        clock,
        ledger,
        Mailbox(ledger),
        Workspace(config, ledger),
        Board(config, ledger),
        StripeBook(clock),
        PostHogBook(clock),
        KeygenBook(clock),
        ZendeskBook(clock, ledger),
        IntercomBook(clock),
        HubSpotBook(clock, ledger, config),
        SalesforceBook(clock, ledger, config),
        ApiBook(),
        ChargebeeBook(clock),
    )
