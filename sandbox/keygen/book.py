"""What Keygen holds of the rehearsed company."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sandbox.clock import Clock
from sandbox.keygen.resources import CONTENT, Content, License, Machine, Policy, Resource


class KeygenBook:
    """Everything that the stand-in knows; what is dated later than the clock has not happened yet."""

    def __init__(self, clock: Clock) -> None:
        """Start with nothing."""
        self._clock = clock
        self._content: Content | None = None
        self._policies: dict[str, Policy] = {}

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        self._content = CONTENT.decode(content)
        self._policies = {policy.id: policy for policy in self._content.policies}

    def clear(self) -> None:
        """Hold nothing."""
        self._content = None
        self._policies = {}

    @property
    def content(self) -> Content | None:
        """The account, if there is one."""
        return self._content

    def now(self) -> datetime:
        """The instant it is."""
        return datetime.fromtimestamp(self._clock.now_s(), UTC)

    def listed(self, listing: str) -> Sequence[Resource]:
        """What a listing holds by now, newest first; of the same instant, the larger id first."""
        held: Sequence[Resource] = getattr(self._content, listing.replace("-", "_"), ())
        happened = [resource for resource in held if resource.attributes.created <= self.now()]
        return sorted(happened, key=lambda found: (found.attributes.created, found.id), reverse=True)

    def policy(self, license_: License) -> Policy:
        """The policy that a licence follows. Raises `KeyError` if the book has none."""
        linkage = license_.relationships.policy.data
        return self._policies[linkage.id if linkage else ""]

    def machines(self, license_: License) -> list[Machine]:
        """The machines that a licence is activated on by now."""
        return [
            machine
            for machine in (self._content.machines if self._content else ())
            if machine.attributes.created <= self.now()
            and machine.relationships.license.data is not None
            and machine.relationships.license.data.id == license_.id
        ]

    def policy_of(self, machine: Machine) -> Policy | None:
        """The policy of a machine's licence."""
        linkage = machine.relationships.license.data
        owners = self._content.licenses if self._content else ()
        return next((self.policy(one) for one in owners if linkage and one.id == linkage.id), None)
