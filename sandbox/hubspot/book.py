"""What HubSpot holds of the rehearsed company. Each change that people see is an effect in the ledger."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from sandbox.clock import Clock
from sandbox.config import Config
from sandbox.hubspot.schema import CHANGED, CREATED, IS_CLOSED, IS_WON, OBJECT_ID, Schema
from sandbox.hubspot.shapes import (
    KINDS,
    SALES,
    WON,
    Associated,
    Associations,
    Content,
    Kind,
    Object,
    Owner,
    Pipeline,
    Stage,
)
from sandbox.hubspot.traffic import Traffic
from sandbox.ledger import Action, Ledger

FIRST_NEW_ID = 90_000_000_001
KEY = "seatsignal_key"
PRIMARY = "contact_to_company"
MOST_TOLD = 60
"""Characters of a value that an effect quotes."""
_CONTENT = msgspec.json.Decoder(Content)


class HubSpotBook:
    """Everything that the stand-in knows."""

    def __init__(self, clock: Clock, ledger: Ledger, config: Config) -> None:
        """Start with nothing."""
        self._clock = clock
        self._ledger = ledger
        self._config = config
        self.clear()

    def load(self, content: bytes) -> None:
        """Hold what a JSON document says, instead of what was held."""
        given = _CONTENT.decode(content)
        self.clear()
        try:
            self._fill(given)
        except ValueError as error:
            raise msgspec.ValidationError(str(error)) from error

    def clear(self) -> None:
        """Hold nothing but the properties that every account has."""
        self.schema = Schema()
        self.owners: dict[str, Owner] = {}
        self.pipelines: dict[str, Pipeline] = {SALES.id: SALES}
        self.lists: dict[tuple[str, str], tuple[str, Any]] = {}
        self.objects: dict[Kind, dict[str, Object]] = {kind: {} for kind in KINDS}
        self.traffic = Traffic(self._config, time.monotonic, self._clock.now_s)
        self._next_id = FIRST_NEW_ID

    def _fill(self, given: Content) -> None:
        for kind in KINDS:
            for group in given.groups.get(kind, ()):
                self.schema.add_group(kind, group)
            for definition in given.properties.get(kind, ()):
                self.schema.add(kind, definition)
            for each in given.of(kind):
                unknown = each.properties.keys() - self.schema.properties[kind].keys()
                if unknown:
                    raise ValueError(
                        f"{kind} {each.id}: there are no properties {', '.join(sorted(unknown))}"
                    )
                self.objects[kind][each.id] = each
        self.owners = {owner.id: owner for owner in given.owners}
        self.pipelines = {pipeline.id: pipeline for pipeline in given.pipelines}

    # -- reading ---------------------------------------------------------------------------------------

    def now(self) -> str:
        """The instant it is, as HubSpot writes it."""
        at = datetime.fromtimestamp(self._clock.now_s(), UTC)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def seen(self, kind: Kind, *, archived: bool = False) -> list[Object]:
        """The objects that there are by now, by their ids; what was changed later shows its first state."""
        now = self.now()
        there = (each for each in self.objects[kind].values() if each.created_at <= now)
        shown = (
            each if each.updated_at <= now else replace(each, updated_at=each.created_at) for each in there
        )
        return sorted((each for each in shown if each.archived == archived), key=lambda each: int(each.id))

    def object(self, kind: Kind, id: str) -> Object | None:  # noqa: A002 - HubSpot's word
        """An object that is there and not archived."""
        found = self.objects[kind].get(id)
        return found if found and not found.archived and found.created_at <= self.now() else None

    def values(self, kind: Kind, each: Object) -> dict[str, str]:
        """All values of an object's properties, those included that HubSpot works out."""
        own = {OBJECT_ID: each.id, CREATED[kind]: each.created_at, CHANGED[kind]: each.updated_at}
        for company in self.companies_of(each, PRIMARY) if kind == "contacts" else ():
            own["associatedcompanyid"] = company
        if kind == "deals":
            stage = self.stage(each.properties)
            own[IS_CLOSED] = stage.metadata.is_closed if stage else "false"
            own[IS_WON] = "true" if stage and stage.metadata == WON else "false"
        return {**each.properties, **own}

    def companies_of(self, each: Object, kind: str = "") -> Iterator[str]:
        """The ids of the companies that an object is associated with, by one type or by all."""
        associated = each.associations.get("companies", Associations(results=()))
        yield from (to.id for to in associated.results if kind in {"", to.type})

    def stage(self, deal: Mapping[str, str]) -> Stage | None:
        """The stage at which a deal is, in its own pipeline; `None` where that has no such stage."""
        pipeline = self.pipelines.get(deal.get("pipeline", SALES.id))
        stages = pipeline.stages if pipeline else ()
        return next((stage for stage in stages if stage.id == deal.get("dealstage")), None)

    # -- writing ---------------------------------------------------------------------------------------

    def change(self, kind: Kind, each: Object, values: Mapping[str, str]) -> Object:
        """Write values; saying again what is said already shows nobody anything."""
        before = self.values(kind, each)
        changed = {name: value for name, value in values.items() if before.get(name, "") != value}
        if not changed:
            return each
        kept = {name: value for name, value in {**each.properties, **changed}.items() if value}
        after = replace(each, properties=kept, updated_at=self.now())
        self.objects[kind][each.id] = after
        told = (_told(name, before.get(name, ""), value) for name, value in changed.items())
        self._record("write" if kind == "companies" else "update", kind, after, ", ".join(told))
        return after

    def create(
        self, kind: Kind, values: Mapping[str, str], associations: Mapping[Kind, Associations]
    ) -> Object:
        """Make an object."""
        now = self.now()
        made = Object(
            id=str(self._next_id),
            created_at=now,
            updated_at=now,
            properties=values,
            associations=associations,
        )
        self._next_id += 1
        self.objects[kind][made.id] = made
        self._record("post", kind, made, values.get("hs_task_subject") or values.get("dealname", ""))
        return made

    def join(self, deal: Object, company: str) -> None:
        """Associate a deal with a company: the first one is its primary one."""
        held = deal.associations.get("companies", Associations(results=())).results
        if company not in {each.id for each in held}:
            kind = "deal_to_company_unlabeled" if held else "deal_to_company"
            ends = Associations(results=(*held, Associated(id=company, type=kind)))
            joined = replace(deal, associations={**deal.associations, "companies": ends})
            self.objects["deals"][deal.id] = joined

    def _record(self, action: Action, kind: Kind, each: Object, text: str) -> None:
        """An effect, by the company that it is seen at."""
        company = each.id if kind == "companies" else next(self.companies_of(each), "")
        there = self.objects["companies"].get(company)
        key = f"company:{each.id}" if kind == "companies" else each.properties.get(KEY, f"task:{each.id}")
        self._ledger.record(
            system="crm",
            action=action,
            key=key,
            account=company,
            channel_or_to=there.properties.get("name", company) if there else company,
            text=text,
        )


def _told(name: str, before: str, after: str) -> str:
    """What became of a value, in few words."""
    short = name.removeprefix("seatsignal_").removeprefix("hs_task_")
    old, new = (" ".join(value.split())[:MOST_TOLD] for value in (before, after))
    return f"{short} {old} → {new or 'nothing'}" if old else f"{short} {new}"
