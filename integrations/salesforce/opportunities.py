"""Opportunities: one per key, at accounts that are linked, and never beside one that somebody opened.

An opportunity carries a key of ours in an external id. It is looked for before anything is written, with
those that are open at its account: what somebody closed or deleted is not made again, and where another one
is open none is made. Stage and owner are set once; of the rest what a person changed is theirs from then on.
"""

from collections.abc import Iterator, Mapping, Sequence

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.fields import Value
from integrations.opportunities import (
    CLOSED,
    DELETED,
    RENEWAL,
    Names,
    Wanted,
    in_batches,
    in_its_place,
    left,
    priced,
    today,
)
from integrations.roles import Clock
from integrations.salesforce.answers import Found, Row, Saved
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.fields import OPPORTUNITY_KEY, shown
from integrations.salesforce.refusals import HOLDS_FOR_ALL, NO_SUCH_RECORD, failed
from integrations.salesforce.settings import SalesforceSettings
from integrations.salesforce.soql import among, quoted
from integrations.salesforce.states import check_record
from integrations.salesforce.writing import Sent
from integrations.states import fields, refused

BATCH = 50
"""As many as a query can name, by key and account, in an address of 16 KB."""
NAME_LIMIT, TEXT_LIMIT = 120, 32_000
"""The most characters that Salesforce keeps of an opportunity's name and description."""
KEY, NAMES = OPPORTUNITY_KEY.name, Names("Amount", "CurrencyIsoCode")
_EXPECTED = frozenset({"key", "matter", "name", "close_on", "amount_minor", "currency", "evidence"})
NO_STAGE = (
    "set SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE to the stage that opportunities of ours begin at, or take"
    " `opportunities` out of your routes.yaml"
)


class Opportunities:
    """The opportunities of one delivery."""

    def __init__(self, salesforce: SalesforceClient, settings: SalesforceSettings, clock: Clock) -> None:
        """Ask nothing yet."""
        self._salesforce = salesforce
        self._settings = settings
        self._clock = clock

    def write(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Write opportunities, and yield one receipt each as soon as it is known.

        Raises:
            Misconfigured: what has no receipt yet was not written.
            RetryLater: the same, for a reason that holds for every later call too.
        """
        if notices and not self._settings.opportunity_stage:
            raise Misconfigured("no_stage", f"salesforce: {NO_STAGE}")
        ready: list[Wanted] = []
        for notice in notices:
            try:
                ready.append(self._wanted(notice))
            except Rejected as error:
                yield Receipt(notice.key, "rejected", error.reason)
        for batch in in_batches(ready, BATCH):
            waiting = {each.notice.key: each.notice for each in batch}
            try:
                for receipt in self._batch(batch):
                    del waiting[receipt.key]
                    yield receipt
            except (Rejected, RetryLater) as error:
                if error.reason in HOLDS_FOR_ALL:
                    raise
                yield from (refused(notice, error) for notice in waiting.values())

    def _wanted(self, notice: Notice) -> Wanted:
        check_record(notice)
        said = fields(notice.body)
        if said.keys() != _EXPECTED:
            raise Rejected("body_unreadable", "the body is not a rendered opportunity")
        return Wanted(notice, str(said["key"]), str(said["matter"]), self._said(said))

    def _said(self, said: Mapping[str, Value]) -> dict[str, str]:
        """What an opportunity says, as text by field: no amount in another currency, no close in the past."""
        currency, only = str(said.get("currency") or ""), self._settings.opportunity_currency
        return {
            "Name": str(said.get("name"))[:NAME_LIMIT],
            "CloseDate": max(str(said.get("close_on")), today(self._clock).isoformat()),
            "Description": str(said.get("evidence") or "")[:TEXT_LIMIT],
            **priced(said.get("amount_minor"), currency, only, NAMES),
        }

    # -- one batch -------------------------------------------------------------------------------------

    def _batch(self, batch: Sequence[Wanted]) -> Iterator[Receipt]:
        there = self._there(batch)
        made: list[Wanted] = []
        changed: list[tuple[Wanted, Sent]] = []
        for each in batch:
            ours = next((row for row in there if row.get(KEY) == each.key), None)
            if why := _why_not(each, ours, there):
                yield Receipt(each.notice.key, "suppressed", why)
            elif ours is None:
                made.append(each)
            elif said := self._left(each, ours):
                changed.append((each, {"id": str(ours.get("Id")), **said}))
            else:
                yield _sent(each.notice, str(ours.get("Id")))
        if changed:
            saved = self._salesforce.change("Opportunity", [record for _, record in changed])
            yield from _receipts([each for each, _ in changed], saved)
        yield from self._made(made)

    def _there(self, batch: Sequence[Wanted]) -> list[Row]:
        """Those with a key of the batch, deleted or not, and those that are open at its accounts."""
        keys = among(KEY, (each.key for each in batch))
        accounts = among("AccountId", sorted({each.notice.owner for each in batch}))
        names = dict.fromkeys(name for each in batch for name in each.values)
        asked = ", ".join(("Id", "AccountId", "IsClosed", "IsDeleted", KEY, *names))
        where = f"{keys} OR ({accounts} AND IsClosed = false)"
        query = f"SELECT {asked} FROM Opportunity WHERE {where}"  # noqa: S608 - SOQL, quoted
        return [row for rows in self._salesforce.pages(query, deleted=True) for row in rows.records]

    def _left(self, wanted: Wanted, ours: Row) -> dict[str, str | float | None]:
        says = {name: shown(ours.get(name)) for name in wanted.values}
        return _typed(left(wanted, self._said, says, NAMES))

    def _made(self, wanted: Sequence[Wanted]) -> Iterator[Receipt]:
        """Make opportunities at the accounts that are there, as their owners'."""
        if not wanted:
            return
        owners = self._owners({each.notice.owner for each in wanted})
        made: list[Wanted] = []
        records: list[Sent] = []
        for each in wanted:
            owner = next((owner for account, owner in owners if _is_at(each, account)), None)
            if owner is None:
                yield Receipt(each.notice.key, "rejected", NO_SUCH_RECORD)
            else:
                made.append(each)
                records.append(self._new(each, owner))
        if records:
            yield from _receipts(made, self._salesforce.keep("Opportunity", KEY, records))

    def _owners(self, accounts: set[str]) -> list[tuple[str, str]]:
        """The accounts that are there, each with its owner: nobody where that user has left."""
        where = among("Id", sorted(accounts))
        query = f"SELECT Id, OwnerId, Owner.IsActive FROM Account WHERE {where}"  # noqa: S608 - as above
        rows = [row for rows in self._salesforce.pages(query) for row in rows.records]
        return [
            (str(row.get("Id")), str(row.get("OwnerId") or "") if _is_active(row) else "") for row in rows
        ]

    def _new(self, wanted: Wanted, owner: str) -> Sent:
        renewal = self._settings.renewal_type if wanted.matter == RENEWAL else ""
        return {
            KEY: wanted.key,
            "AccountId": wanted.notice.owner,
            "StageName": self._settings.opportunity_stage,
            **_typed(wanted.values),
            **({"Type": renewal} if renewal else {}),
            **({"OwnerId": owner} if owner else {}),
        }


def check_pipeline(
    salesforce: SalesforceClient, settings: SalesforceSettings, described: Mapping[str, Found]
) -> None:
    """Raise `Misconfigured` unless ours can begin at their stage, and amounts are in a currency that is told.

    ``described`` are the fields of opportunities: with a currency of their own, if the org has several.
    """
    stage, only = quoted(settings.opportunity_stage), settings.opportunity_currency
    is_open = f"ApiName = {stage} AND IsActive = true AND IsClosed = false"
    query = f"SELECT Id FROM OpportunityStage WHERE {is_open}"  # noqa: S608 - SOQL, quoted
    if not salesforce.queried(query).records:
        raise Misconfigured(
            "no_stage",
            "salesforce has no open stage of that name: mend SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE",
        )
    if bool(only) == (NAMES.currency in described):
        several = "has several currencies: leave it empty" if only else "has one currency: name it there"
        raise Misconfigured("currency", f"SEATSIGNAL_SALESFORCE_OPPORTUNITY_CURRENCY: the org {several}")


def _why_not(wanted: Wanted, ours: Row | None, there: Sequence[Row]) -> str:
    """Why an opportunity is not to be written, by what is there; empty if it is."""
    if ours is not None:
        gone = DELETED if ours.get("IsDeleted") else ""
        return gone or (CLOSED if ours.get("IsClosed") else "")
    if wanted.notice.before:
        return DELETED  # it was written, and the recycle bin has been emptied since
    opened = (
        str(row.get(KEY) or "")
        for row in there
        if _is_at(wanted, row.get("AccountId")) and not row.get("IsDeleted") and not row.get("IsClosed")
    )
    return in_its_place(wanted.matter, opened)


def _is_at(wanted: Wanted, account: object) -> bool:
    """Whether it is to stand at an account, by the long form of its id, which begins with the short one."""
    return str(account).startswith(wanted.notice.owner)


def _typed(values: Mapping[str, str]) -> dict[str, str | float | None]:
    """Values as Salesforce takes them; an empty one clears its field."""
    return {
        name: float(said) if name == NAMES.amount and said else said or None for name, said in values.items()
    }


def _is_active(account: Row) -> bool:
    owner = account.get("Owner")
    return isinstance(owner, Mapping) and owner.get("IsActive") is True


def _receipts(batch: Sequence[Wanted], saved: Sequence[Saved]) -> Iterator[Receipt]:
    """One receipt per opportunity, by what became of it."""
    needing_a_person: list[Misconfigured] = []
    for each, found in zip(batch, saved, strict=True):
        error = None if found.success else failed(found.errors)
        if isinstance(error, Misconfigured):
            needing_a_person.append(error)
        else:
            yield refused(each.notice, error) if error else _sent(each.notice, found.id or "")
    if needing_a_person:
        raise needing_a_person[0]


def _sent(notice: Notice, opportunity: str) -> Receipt:
    return Receipt(notice.key, "sent", remote=opportunity)
