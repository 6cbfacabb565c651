"""A Keygen licence as records: whose it is, the licence itself, and what else its customer is called."""

from collections.abc import Iterator
from datetime import UTC
from typing import NamedTuple

from health.records import Identifier
from health.records import Licence as LicenceRecord
from integrations.keygen.answers import Licence
from integrations.keygen.catalogue import Catalogue, instant_ms
from integrations.keygen.settings import KeygenSettings

IN_FORCE = frozenset({"ACTIVE", "INACTIVE", "EXPIRING"})
"""Inactive means that it was not used for 90 days, expiring that 3 days are left: both are in force."""
METADATA = "metadata."


class Owned(NamedTuple):
    """A licence whose customer is known, as far as its validations and machines are judged by it.

    ``activated_ms`` is when the oldest of its machines was added; ``idle`` says that it has none and needs
    one. Where machines come and go by themselves neither is known.
    """

    account_id: str
    status: str
    issued_ms: int
    strict: bool
    activated_ms: int | None
    idle: bool


class Names(NamedTuple):
    """Where licences say whose they are: ``owner``, ``group``, or ``metadata.NAME``; empty for nowhere."""

    account: str
    stripe: str
    domain: str

    @classmethod
    def of(cls, settings: KeygenSettings) -> "Names":
        """Take them from the settings."""
        return cls(settings.account_from, settings.stripe_from, settings.domain_from)

    def account_id(self, licence: Licence) -> str | None:
        """The licence's customer: by what the settings name, else its owner, else its group."""
        tried = (named(licence, place) for place in (self.account, "owner", "group"))
        return next(filter(None, tried), None)

    def identifiers(self, licence: Licence, account_id: str) -> Iterator[Identifier]:
        """What the licence says its customer is called elsewhere."""
        our_id = self.account if self.account.startswith(METADATA) else ""
        for kind, place in (("our_id", our_id), ("stripe", self.stripe), ("domain", self.domain)):
            value = named(licence, place)
            if value:
                yield Identifier(account_id, kind, value)


def named(licence: Licence, place: str) -> str | None:
    """What stands in a place of a licence; `None` if it is nothing, or neither text nor a whole number."""
    relations = licence.relationships
    match place:
        case "owner":
            return relations.owner.data.id if relations.owner.data else None
        case "group":
            return relations.group.data.id if relations.group.data else None
        case _:
            return _text((licence.attributes.metadata or {}).get(place.removeprefix(METADATA)))


def _text(value: object) -> str | None:
    match value:
        case bool():
            return None
        case int() | str():
            return str(value).strip() or None
        case _:
            return None


def owned(licence: Licence, account_id: str | None, catalogue: Catalogue) -> Owned | None:
    """What is known of a licence; `None` for one without a customer, a status or a date of issue."""
    told, rules = licence.attributes, catalogue.policy(licence.relationships.policy.data)
    if account_id is None or told.status is None or told.created is None:
        return None
    machines = catalogue.machines.get(licence.id)
    unused = machines is None and licence.relationships.machines.meta.count == 0
    return Owned(
        account_id,
        status(told.status),
        instant_ms(told.created),
        strict=rules is not None and rules.strict,
        activated_ms=machines.first_ms if machines and rules and rules.keeps(machines) else None,
        idle=unused and rules is not None and rules.strict and not rules.fleeting,
    )


def record(licence: Licence, owner: Owned, catalogue: Catalogue) -> LicenceRecord:
    """The licence's record, never with its key."""
    expiry, rules = licence.attributes.expiry, catalogue.policy(licence.relationships.policy.data)
    return LicenceRecord(
        licence_id=licence.id,
        account_id=owner.account_id,
        status=owner.status,
        product=catalogue.product(licence.relationships.product.data),
        plan=rules.name if rules else None,
        issued_ms=owner.issued_ms,
        activated_ms=owner.activated_ms,
        expires_on=expiry.astimezone(UTC).date() if expiry else None,
    )


def status(told: str) -> str:
    """Keygen's status in our words: every one that is in force is active, others are as they are."""
    return "active" if told in IN_FORCE else told.lower()
