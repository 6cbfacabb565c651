"""The CRMs whose calls are counted: where their stand-ins are, what they hold, how they name a record."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from msgspec import to_builtins

from integrations.fields import Value
from integrations.hubspot import properties
from integrations.salesforce import fields

CREATED = "2025-02-03T09:30:00.000Z"
FIRST_RECORD = 5_000_000
Said = Mapping[int, Mapping[str, str]]
"""What records say because of us, by account."""


class Written(Protocol):
    """What fields of a record become."""

    def __call__(self, fields: Mapping[str, Value]) -> dict[str, str]:
        """Return them by their names in the CRM, as text."""


class Crm(NamedTuple):
    """A CRM. ``batch`` is how many records two calls look at and write, ``variables`` are settings."""

    name: str
    batch: int
    written: Written
    variables: Mapping[str, str]
    prefix: str = ""

    def record(self, account: int) -> str:
        """The id of an account's record."""
        number = FIRST_RECORD + account
        return f"{self.prefix}{number:015}" if self.prefix else str(number)

    def book(self, accounts: int, said: Said) -> dict[str, Any]:
        """A record for every account, with what it says because of us."""
        return _salesforce(self, accounts, said) if self.prefix else _hubspot(self, accounts, said)


def _hubspot(crm: Crm, accounts: int, said: Said) -> dict[str, Any]:
    dated = {"createdAt": CREATED, "updatedAt": CREATED}
    wanted = properties.WANTED.items()
    return {
        "companies": [
            {"id": crm.record(each), "properties": {"name": f"Firm {each}"} | _kept(each, said), **dated}
            for each in range(1, accounts + 1)
        ],
        "groups": {kind: [to_builtins(properties.GROUP)] for kind, _ in wanted},
        "properties": {kind: to_builtins(definitions) for kind, definitions in wanted},
    }


def _salesforce(crm: Crm, accounts: int, said: Said) -> dict[str, Any]:
    dated = dict.fromkeys(("CreatedDate", "SystemModstamp"), CREATED.replace("Z", "+0000"))
    ours = [{"name": each.name, "type": each.type, "length": each.limit} for each in fields.FIELDS.values()]
    rows = (
        (each, {name: fields.sent(name, value) for name, value in _kept(each, said).items()})
        for each in range(1, accounts + 1)
    )
    records = [{"Id": crm.record(each), "Name": f"Firm {each}", **dated, **says} for each, says in rows]
    return {"records": {"Account": records}, "fields": {"Account": ours}}


def _kept(account: int, said: Said) -> dict[str, str]:
    return {name: value for name, value in said.get(account, {}).items() if value}


HUBSPOT = Crm("hubspot", 100, properties.written, {"TOKEN": "pat-sandbox-token"})
"""It takes 100 objects in a call: https://developers.hubspot.com/docs/api-reference/latest/crm."""
SALESFORCE = Crm(
    "salesforce",
    500,
    fields.written,
    {"CLIENT_ID": "seatsignal-app", "CLIENT_SECRET": "salesforce-sandbox-secret"},
    prefix="001",
)
"""It takes 1,000 records in a composite call; the outbox claims 500 at a time."""
CRMS = (HUBSPOT, SALESFORCE)
