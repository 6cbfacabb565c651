"""What Keygen holds: keys, the domains they are activated on, and the log of how they were checked."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sandbox.company.company import Company
from sandbox.company.licensing import OK, Check, Licence
from sandbox.company.vendors import ids
from sandbox.company.vendors.evidence import known_by_stripe
from sandbox.company.vendors.stripe import customer_id
from sandbox.keygen.resources import (
    Content,
    Event,
    EventAttributes,
    EventRelationships,
    License,
    LicenseAttributes,
    LicenseRelationships,
    Linkage,
    Machine,
    MachineAttributes,
    MachineRelationships,
    One,
    Policy,
    PolicyAttributes,
    PolicyRelationships,
    Product,
    ProductAttributes,
    Token,
)

ACCOUNT = ids.uuid("keygen", "account")
SLUG = "lumen-ledger"
TOKEN = "keygen-sandbox-token"  # noqa: S105 - invented, for a loopback stand-in
PERMISSIONS = ("product.read", "policy.read", "license.read", "machine.read", "event-log.read")
_FOUNDED = datetime(2024, 1, 1, tzinfo=UTC)
_PRODUCT, _POLICY = ids.uuid("keygen", "product"), ids.uuid("keygen", "policy")


def book(company: Company, at: datetime) -> Content:
    """All that is known at an instant."""
    keys = [licence for licence in company.licences if licence.issued_at <= at]
    return Content(
        account=ACCOUNT,
        slug=SLUG,
        token=Token(value=TOKEN, permissions=PERMISSIONS),
        products=(Product(id=_PRODUCT, attributes=ProductAttributes(name="crm", created=_FOUNDED)),),
        policies=(_policy(),),
        licenses=tuple(map(_license, keys)),
        machines=tuple(machine for licence in keys for machine in _machines(licence)),
        event_logs=tuple(_event(check) for check in company.checks if check.at <= at),
    )


def _policy() -> Policy:
    return Policy(
        id=_POLICY,
        attributes=PolicyAttributes(name="on-premises", created=_FOUNDED),
        relationships=PolicyRelationships(product=_to("products", _PRODUCT)),
    )


def _license(licence: Licence) -> License:
    by_stripe = known_by_stripe("keygen", licence.account_id)
    owner = (
        {"stripeCustomerId": customer_id(licence.account_id), "accountId": f"kg-{licence.account_id}"}
        if by_stripe
        else {"accountId": licence.account_id}
    )
    return License(
        id=_id(licence.key),
        attributes=LicenseAttributes(
            key=f"{_id(licence.key)[:23]}".upper(),
            expiry=licence.expires_at,
            max_machines=licence.most_domains,
            metadata=dict(owner),
            created=licence.issued_at,
        ),
        relationships=LicenseRelationships(policy=_to("policies", _POLICY)),
    )


def _machines(licence: Licence) -> Iterator[Machine]:
    """The domains of a licence: its product activates domains, so they stand as machines."""
    for domain in licence.domains:
        yield Machine(
            id=ids.uuid("keygen", licence.key, domain),
            attributes=MachineAttributes(fingerprint=domain, created=licence.issued_at),
            relationships=MachineRelationships(license=_to("licenses", _id(licence.key))),
        )


def _event(check: Check) -> Event:
    kind = "succeeded" if check.code == OK else "failed"
    return Event(
        id=ids.uuid("keygen", check.key, check.at.isoformat()),
        attributes=EventAttributes(
            event=f"license.validation.{kind}", metadata={"code": check.code}, created=check.at
        ),
        relationships=EventRelationships(resource=_to("licenses", _id(check.key))),
    )


def _id(key: str) -> str:
    return ids.uuid("keygen", key)


def _to(kind: str, name: str) -> One:
    return One(data=Linkage(type=kind, id=name))
