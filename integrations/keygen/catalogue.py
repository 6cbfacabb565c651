"""What a licence is read against: the names of products, the rules of policies, the machines it is on."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from integrations.keygen.answers import Machine, Named, Policy, Product


class Machines(NamedTuple):
    """The machines of a licence: when the oldest was added, and whether any of them sends heartbeats."""

    first_ms: int
    monitored: bool


class Rules(NamedTuple):
    """A policy, as far as it says what machines mean; what it does not tell is taken as the careful one.

    ``strict``: no validation succeeds without a machine. ``culls``: a machine whose heartbeats end is
    removed. ``fleeting``: every machine is such a one.
    """

    name: str | None
    strict: bool
    culls: bool
    fleeting: bool

    @classmethod
    def of(cls, policy: Policy) -> "Rules":
        """Take them from a policy."""
        told = policy.attributes
        culls = told.heartbeat_cull_strategy != "KEEP_DEAD"
        return cls(told.name, told.strict is True, culls, culls and told.require_heartbeat is not False)

    def keeps(self, machines: Machines) -> bool:
        """Whether machines stay until somebody removes them, so that the oldest tells of the activation."""
        return not (self.culls and machines.monitored)


@dataclass(slots=True)
class Catalogue:
    """Products, policies and machines by id; those of machines by their licence's."""

    products: dict[str, str | None] = field(default_factory=dict)
    policies: dict[str, Rules] = field(default_factory=dict)
    machines: dict[str, Machines] = field(default_factory=dict)

    def add_products(self, listed: Iterable[Product]) -> None:
        """Know products by their names."""
        self.products.update({product.id: product.attributes.name for product in listed})

    def add_policies(self, listed: Iterable[Policy]) -> None:
        """Know policies by their names and rules."""
        self.policies.update({policy.id: Rules.of(policy) for policy in listed})

    def add_machines(self, listed: Iterable[Machine]) -> int:
        """Know of machines, and return how many of them tell neither their licence nor their age."""
        rejects = 0
        for machine in listed:
            licence, created = machine.relationships.license.data, machine.attributes.created
            if licence is None or created is None:
                rejects += 1
                continue
            monitored = machine.attributes.require_heartbeat is not False
            before = self.machines.get(licence.id, Machines(instant_ms(created), monitored))
            first_ms = min(before.first_ms, instant_ms(created))
            self.machines[licence.id] = Machines(first_ms, before.monitored or monitored)
        return rejects

    def product(self, named: Named | None) -> str | None:
        """The name of a product, `None` if it is not known."""
        return self.products.get(named.id) if named else None

    def policy(self, named: Named | None) -> Rules | None:
        """A policy, `None` if it is not known."""
        return self.policies.get(named.id) if named else None


def instant_ms(instant: datetime) -> int:
    """Milliseconds since 1970, without the error of a float."""
    return round(instant.timestamp() * 1_000)
