"""HubSpot's CRM API: the calls we make. There is none that makes a company.

Pages: developers.hubspot.com/docs/api-reference/latest/crm. Its versions differ in their paths alone.
"""

from collections.abc import Sequence
from time import monotonic, sleep
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from integrations.budget import Budget
from integrations.errors import RetryLater
from integrations.http import Http
from integrations.hubspot.answers import (
    Associated,
    Batch,
    Group,
    Groups,
    Listed,
    Object,
    Objects,
    Owners,
    Pipelines,
    Properties,
    Property,
    To,
)
from integrations.hubspot.answers import Joins as Joined
from integrations.hubspot.refusals import explained
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.writing import (
    TASK_TO_COMPANY,
    Association,
    Associations,
    AssociationType,
    Change,
    Changes,
    Creation,
    Definition,
    Filter,
    Filters,
    From,
    GroupDefinition,
    Id,
    Join,
    Joins,
    Keeping,
    Keepings,
    Reading,
    Search,
    Sort,
)
from integrations.session import Credentials
from integrations.vitals import Vitals

Kind = Literal["companies", "contacts", "tasks", "deals"]

REMEDY = (
    "set SEATSIGNAL_HUBSPOT_TOKEN to a service key with the scopes that docs/integrations/hubspot.md names"
)
OBJECT_ID = "hs_object_id"


class HubSpotClient:
    """One HubSpot account, by the key that is set."""

    def __init__(self, settings: HubSpotSettings, budget: Budget | None = None) -> None:
        """Open no connection yet."""
        token = settings.token.get_secret_value()
        self._http = Http(
            "hubspot",
            settings.base_url,
            Credentials({"Authorization": f"Bearer {token}"}, REMEDY),
            budget=budget,
            explain=explained,
            read_s=settings.timeout_s,
        )
        self._version = settings.api_version
        self._page_size = settings.page_size
        self._search_every_s = 1 / settings.searches_per_second
        self._search_from_s = 0.0

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of HubSpot."""
        return self._http.vitals

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    # -- reading ---------------------------------------------------------------------------------------

    def owners(self, after: str = "", limit: int = 0) -> Owners:
        """A page of the owners that are not archived."""
        query: dict[str, str | int] = {"limit": limit or self._page_size}
        return self._http.get(self._path("owners"), Owners, query | _from(after))

    def owner_addresses(self) -> dict[str, str]:
        """The addresses of owners by id. Who is archived is nobody's owner any more."""
        found: dict[str, str] = {}
        after, seen = "", {""}
        while True:
            page = self.owners(after)
            if not page.results:
                raise RetryLater("unexpected_answer", "hubspot: a page of owners without any")
            found |= {each.id: each.email.lower() for each in page.results if each.email}
            after = page.after
            if not after:
                return found
            if after in seen:
                raise again()
            seen.add(after)

    def listed(self, kind: Kind, properties: tuple[str, ...], after: str = "", limit: int = 0) -> Objects:
        """A page of all objects of a kind that are not archived."""
        query: dict[str, str | int] = {"limit": limit or self._page_size, "properties": ",".join(properties)}
        return self._http.get(self._path("objects", kind), Objects, query | _from(after))

    def searched(self, kind: Kind, properties: tuple[str, ...], *filters: Filter) -> Objects:
        """The objects with the lowest ids that all conditions hold for; the index is some moments late."""
        self._wait_to_search()
        asked = Search(
            filter_groups=(Filters(filters=filters),),
            sorts=(Sort(property_name=OBJECT_ID),),
            properties=properties,
            limit=self._page_size,
        )
        return self._http.post(self._path("objects", kind, "search"), Objects, asked)

    def by_key(
        self, kind: Kind, unique_property: str, values: Sequence[str], properties: Sequence[str]
    ) -> Batch:
        """Up to 100 objects by their values of a unique property; read from the store, not from the index."""
        inputs = tuple(Id(id=each) for each in values)
        asked = Reading(id_property=unique_property, inputs=inputs, properties=tuple(properties))
        return self._http.post(self._path("objects", kind, "batch/read"), Batch, asked)

    def associated(self, kind: Kind, with_kind: Kind, ids: Sequence[str]) -> dict[str, list[To]]:
        """With which objects of another kind up to 100 objects are associated, by their ids."""
        found: dict[str, list[To]] = {each: [] for each in ids}
        inputs, seen = tuple(From(id=each) for each in ids), set[tuple[str, str]]()
        while inputs:
            path = self._path("associations", kind, with_kind, "batch/read")
            answer = self._http.post(path, Associated, Associations(inputs=inputs))
            for ends in answer.results:
                found.setdefault(ends.from_.id, []).extend(ends.to)
            inputs = tuple(From(id=each.from_.id, after=each.after) for each in answer.results if each.after)
            places = {(each.from_.id, each.after) for each in answer.results if each.after}
            if places & seen:
                raise again()
            seen |= places
        return found

    def pipelines(self) -> dict[str, frozenset[str]]:
        """The stages of each pipeline of deals, by the ids of both."""
        found = self._http.get(self._path("pipelines", "deals"), Pipelines)
        return {each.id: frozenset(stage.id for stage in each.stages) for each in found.results}

    def segment(self, object_type: str, name: str) -> None:
        """Raise `Rejected` unless there is a list of that name."""
        path = self._path("lists", "object-type-id", object_type, "name", quote(name, safe=""))
        self._http.get(path, Listed)

    def companies(self, ids: Sequence[str], properties: Sequence[str]) -> Batch:
        """Up to 100 companies by their ids, as of `read`."""
        return self.read("companies", ids, properties)

    def read(self, kind: Kind, ids: Sequence[str], properties: Sequence[str]) -> Batch:
        """Up to 100 objects by their ids, as they are now; read from the store, not from the index."""
        inputs = tuple(Id(id=each) for each in ids)
        asked = Reading(inputs=inputs, properties=tuple(properties))
        return self._http.post(self._path("objects", kind, "batch/read"), Batch, asked)

    def properties(self, kind: Kind) -> dict[str, Property]:
        """Every property of a kind, by its name."""
        found = self._http.get(self._path("properties", kind), Properties)
        return {each.name: each for each in found.results}

    def groups(self, kind: Kind) -> set[str]:
        """The names of every group of properties of a kind."""
        return {
            each.name for each in self._http.get(self._path("properties", kind, "groups"), Groups).results
        }

    # -- writing ---------------------------------------------------------------------------------------

    def change(self, kind: Literal["companies", "tasks"], changes: tuple[Change, ...]) -> Batch:
        """Write properties of up to 100 objects that there are. What is not there stays so."""
        return self._http.post(self._path("objects", kind, "batch/update"), Batch, Changes(inputs=changes))

    def keep_deals(self, deals: tuple[Keeping, ...]) -> Batch:
        """Write up to 100 deals by a unique property, and make those that there are none of."""
        return self._http.post(self._path("objects", "deals", "batch/upsert"), Batch, Keepings(inputs=deals))

    def join(self, deals: Sequence[tuple[str, str]]) -> Joined:
        """Associate up to 100 deals with a company each, by their ids; doing it again changes nothing."""
        inputs = tuple(Join(from_=Id(id=deal), to=Id(id=company)) for deal, company in deals)
        path = self._path("associations", "deals", "companies", "batch/associate/default")
        return self._http.post(path, Joined, Joins(inputs=inputs))

    def create_task(self, properties: dict[str, str], company: str) -> Object:
        """Make a task at a company, anew each time this is called with another unique value."""
        kind = AssociationType(association_type_id=TASK_TO_COMPANY)
        at = Association(to=Id(id=company), types=(kind,))
        made = Creation(properties=properties, associations=(at,))
        return self._http.post(self._path("objects", "tasks"), Object, made)

    def create_property(self, kind: Kind, definition: Definition) -> None:
        """Make a property."""
        self._http.post(self._path("properties", kind), Property, definition)

    def create_segment(self, segment: Struct) -> None:
        """Make a list."""
        self._http.post(self._path("lists"), Listed, segment)

    def create_group(self, kind: Kind, definition: GroupDefinition) -> None:
        """Make a group of properties."""
        self._http.post(self._path("properties", kind, "groups"), Group, definition)

    def _path(self, *parts: str) -> str:
        """The first part stands before the version of HubSpot's dated API, and after that of v3.

        What is dated of associations was their v4.
        """
        area, *rest = parts
        older = "v4" if area == "associations" else "v3"
        first = (older, area) if self._version == "v3" else (area, self._version)
        return "/".join(("crm", *first, *rest))

    def _wait_to_search(self) -> None:
        """Keep searches apart: a limit of their own that no header tells of."""
        sleep(max(0.0, self._search_from_s - monotonic()))
        self._search_from_s = monotonic() + self._search_every_s


def again() -> RetryLater:
    """A listing that does not go on."""
    return RetryLater("repeated_page", "hubspot: the same page came again")


def _from(after: str) -> dict[str, str | int]:
    return {"after": after} if after else {}
