"""Deals: one per key, at companies that are linked, and never beside one that somebody opened.

A deal carries a key of ours in a property whose values are unique. It is looked for before anything is
written, with all deals of its company: what somebody closed or deleted is not made again, and where another
one is open none is made. Pipeline, stage and owner are set once; of the rest what a person changed is theirs
from then on. HubSpot associates what was upserted in a call of its own: who tries again does that, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from health.nouns import Notice, Receipt
from integrations.errors import Misconfigured, Rejected, RetryLater
from integrations.fields import Value
from integrations.hubspot.answers import Batch, Object
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.properties import DEAL_KEY, TEXT_LIMIT
from integrations.hubspot.refusals import HOLDS_FOR_ALL, failed
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.states import BATCH, check_company, failures_of, refused_one
from integrations.hubspot.writing import Keeping
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
from integrations.states import fields

NOON = time(12, tzinfo=UTC)
"""The same calendar day nearly everywhere."""
IS_CLOSED, OWNER = "hs_is_closed", "hubspot_owner_id"
NAMES = Names("amount", "deal_currency_code")
NO_STAGE = (
    "set SEATSIGNAL_HUBSPOT_DEAL_STAGE to the id of the stage at which deals of ours begin, or take"
    " `opportunities` out of your routes.yaml"
)


class _There(NamedTuple):
    """Our deals by key, all deals by company, and whose the companies are that there are."""

    ours: Mapping[str, Object]
    beside: Mapping[str, Sequence[Object]]
    owners: Mapping[str, str]


class Deals:
    """The deals of one delivery."""

    def __init__(self, hubspot: HubSpotClient, settings: HubSpotSettings, clock: Clock) -> None:
        """Ask nothing yet."""
        self._hubspot = hubspot
        self._settings = settings
        self._clock = clock

    def write(self, notices: Sequence[Notice]) -> Iterator[Receipt]:
        """Write deals, and yield one receipt each as soon as it is known.

        Raises:
            Misconfigured: what has no receipt yet was not written.
            RetryLater: the same, for a reason that holds for every later call too.
        """
        if notices and not self._settings.deal_stage:
            raise Misconfigured("no_stage", f"hubspot: {NO_STAGE}")
        ready: list[Wanted] = []
        for notice in notices:
            try:
                ready.append(self._wanted(notice))
            except Rejected as error:
                yield Receipt(notice.key, "rejected", error.reason)
        for batch in in_batches(ready, BATCH):
            yield from self._batch(batch)

    def _wanted(self, notice: Notice) -> Wanted:
        check_company(notice)
        said = fields(notice.body)
        try:
            return Wanted(notice, str(said["key"]), str(said["matter"]), self._said(said))
        except (KeyError, ValueError):
            failure = Rejected("body_unreadable", "the body is not a rendered opportunity")
        raise failure

    def _said(self, said: Mapping[str, Value]) -> dict[str, str]:
        """What a deal says: no amount in another currency, and no close in the past."""
        close_on = max(date.fromisoformat(str(said["close_on"])), today(self._clock))
        currency, only = str(said["currency"] or ""), self._settings.deal_currency
        return {
            "dealname": str(said["name"]),
            "closedate": str(round(datetime.combine(close_on, NOON).timestamp() * 1000)),
            "description": str(said["evidence"] or "")[:TEXT_LIMIT],
            **priced(said["amount_minor"], currency, only, NAMES),
        }

    # -- one batch -------------------------------------------------------------------------------------

    def _batch(self, batch: Sequence[Wanted]) -> Iterator[Receipt]:
        """Write a batch; where HubSpot refuses it whole, halves of it find the one that it refuses."""
        waiting = {each.notice.key: each for each in batch}
        try:
            for receipt in self._receipts(batch, self._there(batch)):
                del waiting[receipt.key]
                yield receipt
        except (Rejected, RetryLater) as error:
            if error.reason in HOLDS_FOR_ALL:
                raise
            rest = list(waiting.values())
            if isinstance(error, RetryLater) or len(rest) == 1:
                yield from (refused_one(each.notice, error) for each in rest)
                return
            middle = len(rest) // 2
            yield from self._batch(rest[:middle])
            yield from self._batch(rest[middle:])

    def _there(self, batch: Sequence[Wanted]) -> _There:
        names = [DEAL_KEY.name, IS_CLOSED, *dict.fromkeys(name for each in batch for name in each.values)]
        keyed = self._hubspot.by_key("deals", DEAL_KEY.name, [each.key for each in batch], names).results
        companies = sorted({each.notice.owner for each in batch})
        owners = {
            found.id: found.properties.get(OWNER) or ""
            for found in self._hubspot.companies(companies, [OWNER]).results
        }
        at = self._hubspot.associated("companies", "deals", sorted(owners)) if owners else {}
        ids = sorted({str(end.to_object_id) for ends in at.values() for end in ends})
        deals = {
            found.id: found
            for first in range(0, len(ids), BATCH)
            for found in self._hubspot.read("deals", ids[first : first + BATCH], names).results
        }
        beside = {
            company: [deals[str(end.to_object_id)] for end in ends if str(end.to_object_id) in deals]
            for company, ends in at.items()
        }
        return _There({str(found.properties.get(DEAL_KEY.name)): found for found in keyed}, beside, owners)

    def _receipts(self, batch: Sequence[Wanted], there: _There) -> Iterator[Receipt]:
        kept: list[Wanted] = []
        at: dict[str, str] = {}
        changes: list[Keeping] = []
        for each in batch:
            ours = there.ours.get(each.key)
            if each.notice.owner not in there.owners:
                yield Receipt(each.notice.key, "rejected", "no_such_record")
            elif why := _why_not(each, ours, there):
                yield Receipt(each.notice.key, "suppressed", why)
            else:
                kept.append(each)
                said = self._left(each, ours) if ours else self._new(each, there.owners[each.notice.owner])
                if ours:
                    at[each.key] = ours.id
                if said:
                    changes.append(_keeping(each.key, said))
        yield from self._written(kept, changes, at, there)

    def _written(
        self, kept: Sequence[Wanted], changes: Sequence[Keeping], at: dict[str, str], there: _There
    ) -> Iterator[Receipt]:
        """Write what is left of deals, associate those that are nowhere yet, and yield a receipt for each.

        ``at`` are the ids of those that are there already, by key.
        """
        answer = self._hubspot.keep_deals(tuple(changes)) if changes else Batch()
        failures = failures_of(answer)
        at |= {
            found.object_write_trace_id: found.id for found in answer.results if found.object_write_trace_id
        }
        asked = {each.id for each in changes}
        answered = {found.object_write_trace_id for found in answer.results}
        needing_a_person: list[Misconfigured] = []
        done: list[Wanted] = []
        for each in kept:
            error = failed(failures[each.key]) if each.key in failures else None
            if isinstance(error, Misconfigured):
                needing_a_person.append(error)
            elif error:
                yield refused_one(each.notice, error)
            elif each.key in asked - answered:
                yield Receipt(each.notice.key, "retry", "not_answered")
            else:
                done.append(each)
        yield from self._joined(done, at, there)
        if needing_a_person:
            raise needing_a_person[0]

    def _joined(self, done: Sequence[Wanted], at: Mapping[str, str], there: _There) -> Iterator[Receipt]:
        """Associate deals with their companies: those that are new, or were when an attempt died."""
        apart = [
            each
            for each in done
            if (each.key not in there.ours or each.notice.attempt > 1)
            and at[each.key] not in {found.id for found in there.beside.get(each.notice.owner, ())}
        ]
        pairs = [(at[each.key], each.notice.owner) for each in apart]
        made = self._hubspot.join(pairs).results if pairs else ()
        ends = {(each.from_.id, each.to.id) for each in made}
        for each in done:
            pair = (at[each.key], each.notice.owner)
            if each in apart and pair not in ends and pair[::-1] not in ends:
                yield Receipt(each.notice.key, "retry", "not_associated")
            else:
                yield Receipt(each.notice.key, "sent", remote=at[each.key])

    def _left(self, wanted: Wanted, ours: Object) -> dict[str, str]:
        says = {name: _instant(name, ours.properties.get(name) or "") for name in wanted.values}
        return left(wanted, self._said, says, NAMES)

    def _new(self, wanted: Wanted, owner: str) -> dict[str, str]:
        given = self._settings
        renews = wanted.matter == RENEWAL and given.renewal_stage
        pipeline, stage = (
            (given.renewal_pipeline or given.deal_pipeline, given.renewal_stage)
            if renews
            else (given.deal_pipeline, given.deal_stage)
        )
        placed = {"pipeline": pipeline, "dealstage": stage}
        said = {name: value for name, value in wanted.values.items() if value}
        return {DEAL_KEY.name: wanted.key, **placed, **said, **({OWNER: owner} if owner else {})}


def _keeping(key: str, properties: Mapping[str, str]) -> Keeping:
    return Keeping(id=key, id_property=DEAL_KEY.name, properties=properties, object_write_trace_id=key)


def _why_not(wanted: Wanted, ours: Object | None, there: _There) -> str:
    """Why a deal is not to be written, by what is there; empty if it is."""
    if ours is not None:
        return CLOSED if _is_closed(ours) else ""
    if wanted.notice.before:
        return DELETED
    beside = there.beside.get(wanted.notice.owner, ())
    opened = (found.properties.get(DEAL_KEY.name) or "" for found in beside if not _is_closed(found))
    return in_its_place(wanted.matter, opened)


def _is_closed(deal: Object) -> bool:
    return deal.properties.get(IS_CLOSED) == "true"


def _instant(name: str, said: str) -> str:
    """An instant in milliseconds, as we write it; HubSpot tells it as text."""
    if name != "closedate" or not said or said.isdecimal():
        return said
    try:
        return str(round(datetime.fromisoformat(said).timestamp() * 1000))
    except ValueError:
        return said
