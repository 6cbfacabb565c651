"""Opportunities: one per key, at accounts that are linked, and never beside one that somebody opened.

An opportunity carries a key of ours in an external id. It is looked for before anything is written, with
those that are open at its account: what somebody closed or deleted is not made again, and where another one
is open none is made. Stage and owner are set once; of the rest what a person changed is theirs from then on.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from health.nouns import Notice, Receipt
from integrations.edits import edited, same
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.fields import Value, text
from integrations.roles import Clock
from integrations.salesforce.answers import Found, Row, Saved
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.fields import OPPORTUNITY_KEY, shown
from integrations.salesforce.refusals import HOLDS_FOR_ALL, NO_SUCH_RECORD, failed
from integrations.salesforce.settings import SalesforceSettings
from integrations.salesforce.soql import among, quoted
from integrations.salesforce.states import check_record
from integrations.salesforce.writing import Sent
from integrations.states import before, fields, refused

TEMPLATE = "opportunity"
BATCH = 50
"""As many as a query can name, by key and account, in an address of 16 KB."""
NAME_LIMIT, TEXT_LIMIT = 120, 32_000
"""The most characters that Salesforce keeps of an opportunity's name and description."""
OPENED, OPEN, CLOSED, DELETED = (
    "opened_by_others",
    "open_already",
    "closed_by_a_person",
    "deleted_by_a_person",
)
"""Why an opportunity is not written: what stands in its place there."""
RENEWAL = "renewal"
KEY, CURRENCY = OPPORTUNITY_KEY.name, "CurrencyIsoCode"
_EXPECTED = frozenset({"key", "matter", "name", "close_on", "amount_minor", "currency", "evidence"})
NO_STAGE = (
    "set SEATSIGNAL_SALESFORCE_OPPORTUNITY_STAGE to the stage that opportunities of ours begin at, or take"
    " `opportunities` out of your routes.yaml"
)


class _Wanted(NamedTuple):
    """A notice, the key and matter of its opportunity, and what that is to say, as text by field."""

    notice: Notice
    key: str
    matter: str
    values: Mapping[str, str]

    def is_at(self, account: object) -> bool:
        """Whether it stands at an account, by the long form of that one's id, which begins with the short."""
        return str(account).startswith(self.notice.owner)


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
        ready: list[_Wanted] = []
        for notice in notices:
            try:
                ready.append(self._wanted(notice))
            except Rejected as error:
                yield Receipt(notice.key, "rejected", error.reason)
        for batch in _batches(ready):
            waiting = {each.notice.key: each.notice for each in batch}
            try:
                for receipt in self._batch(batch):
                    del waiting[receipt.key]
                    yield receipt
            except (Rejected, RetryLater) as error:
                if error.reason in HOLDS_FOR_ALL:
                    raise
                yield from (refused(notice, error) for notice in waiting.values())

    def _wanted(self, notice: Notice) -> _Wanted:
        check_record(notice)
        said = fields(notice.body)
        if said.keys() != _EXPECTED:
            raise Rejected("body_unreadable", "the body is not a rendered opportunity")
        return _Wanted(notice, str(said["key"]), str(said["matter"]), self._said(said))

    def _said(self, said: Mapping[str, Value]) -> dict[str, str]:
        """What an opportunity says, as text by field: no amount in another currency, no close in the past."""
        today = datetime.fromtimestamp(self._clock(), UTC).date().isoformat()
        currency, only = str(said.get("currency") or ""), self._settings.opportunity_currency
        priced = bool(currency) and only in {"", currency}
        return {
            "Name": str(said.get("name"))[:NAME_LIMIT],
            "CloseDate": max(str(said.get("close_on")), today),
            "Description": str(said.get("evidence") or "")[:TEXT_LIMIT],
            "Amount": text("amount_minor", said.get("amount_minor"), currency) if priced else "",
            **({CURRENCY: currency} if currency and not only else {}),
        }

    # -- one batch -------------------------------------------------------------------------------------

    def _batch(self, batch: Sequence[_Wanted]) -> Iterator[Receipt]:
        there = self._there(batch)
        made: list[_Wanted] = []
        changed: list[tuple[_Wanted, Sent]] = []
        for each in batch:
            ours = next((row for row in there if row.get(KEY) == each.key), None)
            if why := _why_not(each, ours, there):
                yield Receipt(each.notice.key, "suppressed", why)
            elif ours is None:
                made.append(each)
            elif left := self._left(each, ours):
                changed.append((each, {"id": str(ours.get("Id")), **left}))
            else:
                yield _sent(each.notice, str(ours.get("Id")))
        if changed:
            saved = self._salesforce.change("Opportunity", [record for _, record in changed])
            yield from _receipts([each for each, _ in changed], saved)
        yield from self._made(made)

    def _there(self, batch: Sequence[_Wanted]) -> list[Row]:
        """Those with a key of the batch, deleted or not, and those that are open at its accounts."""
        keys = among(KEY, (each.key for each in batch))
        accounts = among("AccountId", sorted({each.notice.owner for each in batch}))
        names = dict.fromkeys(name for each in batch for name in each.values)
        asked = ", ".join(("Id", "AccountId", "IsClosed", "IsDeleted", KEY, *names))
        where = f"{keys} OR ({accounts} AND IsClosed = false)"
        query = f"SELECT {asked} FROM Opportunity WHERE {where}"  # noqa: S608 - SOQL, quoted
        return [row for rows in self._salesforce.pages(query, deleted=True) for row in rows.records]

    def _left(self, wanted: _Wanted, ours: Row) -> dict[str, str | float | None]:
        """What is left to be written: what it does not say, and no person has changed.

        An amount goes with its currency. Where nothing is known of what we wrote, all of it is theirs.
        """
        earlier = list(before(wanted.notice, self._said))
        if not earlier:
            return {}
        says = {name: shown(ours.get(name)) for name in wanted.values}
        theirs = {each.field for each in edited(wanted.values, earlier, says, wanted.notice.taken)}
        if CURRENCY in theirs:
            theirs.add("Amount")
        left = {name: said for name, said in wanted.values.items() if not same(says[name], said)}
        return _typed({name: said for name, said in left.items() if name not in theirs})

    def _made(self, wanted: Sequence[_Wanted]) -> Iterator[Receipt]:
        """Make opportunities at the accounts that are there, as their owners'."""
        if not wanted:
            return
        owners = self._owners({each.notice.owner for each in wanted})
        made: list[_Wanted] = []
        records: list[Sent] = []
        for each in wanted:
            owner = next((owner for account, owner in owners if each.is_at(account)), None)
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

    def _new(self, wanted: _Wanted, owner: str) -> Sent:
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
    if bool(only) == (CURRENCY in described):
        several = "has several currencies: leave it empty" if only else "has one currency: name it there"
        raise Misconfigured("currency", f"SEATSIGNAL_SALESFORCE_OPPORTUNITY_CURRENCY: the org {several}")


def _batches(ready: Sequence[_Wanted]) -> Iterator[list[_Wanted]]:
    """Split opportunities into batches that one query can ask about: of an account one of each matter."""
    batch: dict[tuple[str, str], _Wanted] = {}
    for each in ready:
        at = each.notice.owner, each.matter
        if len(batch) == BATCH or at in batch:
            yield list(batch.values())
            batch = {}
        batch[at] = each
    if batch:
        yield list(batch.values())


def _why_not(wanted: _Wanted, ours: Row | None, there: Sequence[Row]) -> str:
    """Why an opportunity is not to be written, by what is there; empty if it is."""
    if ours is not None:
        gone = DELETED if ours.get("IsDeleted") else ""
        return gone or (CLOSED if ours.get("IsClosed") else "")
    if wanted.notice.before:
        return DELETED  # it was written, and the recycle bin has been emptied since
    beside = [
        str(row.get(KEY) or "")
        for row in there
        if wanted.is_at(row.get("AccountId")) and not row.get("IsDeleted") and not row.get("IsClosed")
    ]
    if "" in beside:
        return OPENED
    return OPEN if any(key.startswith(f"{wanted.matter}/") for key in beside) else ""


def _typed(values: Mapping[str, str]) -> dict[str, str | float | None]:
    """Values as Salesforce takes them; an empty one clears its field."""
    return {name: float(said) if name == "Amount" and said else said or None for name, said in values.items()}


def _is_active(account: Row) -> bool:
    owner = account.get("Owner")
    return isinstance(owner, Mapping) and owner.get("IsActive") is True


def _receipts(batch: Sequence[_Wanted], saved: Sequence[Saved]) -> Iterator[Receipt]:
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
