"""What all stand-ins share."""

from collections import Counter
from dataclasses import dataclass, field

from sandbox.config import Config
from sandbox.faults import Faults
from sandbox.ledger import Ledger
from sandbox.mail.mailbox import Mailbox
from sandbox.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Sandbox:
    """One rehearsal. Each stand-in's `router(sandbox)` gets the same one."""

    config: Config
    ledger: Ledger
    mailbox: Mailbox
    workspace: Workspace
    faults: Faults = field(default_factory=Faults)
    arrivals: Counter[tuple[str, str]] = field(default_factory=Counter)  # (endpoint, key) of the sink

    def reset(self) -> None:
        """As new, but for the configuration."""
        for memory in (self.ledger, self.mailbox, self.workspace, self.faults, self.arrivals):
            memory.clear()


def rehearsal(config: Config, ledger: Ledger) -> Sandbox:
    """A sandbox in which nothing has happened yet but what the ledger's file tells."""
    return Sandbox(config, ledger, Mailbox(ledger), Workspace(config, ledger))
