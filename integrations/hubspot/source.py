"""Companies with their owners, the people there, and how renewals ended, as records.

A round lists everything, or searches what changed since the round before: HubSpot's search is frugal,
but its index is late, forgets what was deleted and gives 10,000 results at most. So each search looks
back a while, asks by rising ids for its first page only, and once a day everything is listed anew. Of deals
only those are asked for that are closed in the pipeline of renewals: that is a search, even of all of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from time import time
from typing import NamedTuple

from health.records import Outcome, Record
from integrations.budget import Budget
from integrations.errors import Misconfigured, RetryLater
from integrations.hubspot import bookmark
from integrations.hubspot.answers import Object
from integrations.hubspot.bookmark import Bookmark, Listing
from integrations.hubspot.client import OBJECT_ID, HubSpotClient, again
from integrations.hubspot.records import (
    DEAL_PROPERTIES,
    company_properties,
    contact_properties,
    of_company,
    of_contact,
    of_renewal,
    readable,
)
from integrations.hubspot.settings import HubSpotSettings
from integrations.hubspot.writing import Filter
from integrations.roles import Clock, Cursor, Page
from integrations.skew import earliest
from integrations.vitals import Vitals

HOUR_MS = 3_600_000
CHANGED = {
    "companies": "hs_lastmodifieddate",
    "contacts": "lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}
"""The property that says when an object was last changed."""
KINDS: Mapping[Listing, str] = {"companies": "accounts", "contacts": "contacts", "deals": "outcomes"}
"""What a listing is of, in our words."""


class _Found(NamedTuple):
    """A page of objects, and where its listing goes on; nowhere if empty."""

    objects: tuple[Object, ...]
    after: str


class HubSpotSource:
    """Pulls what a service key may read."""

    def __init__(
        self, settings: HubSpotSettings, *, budget: Budget | None = None, clock: Clock = time
    ) -> None:
        """Open no connection yet."""
        self._settings = settings
        self._hubspot = HubSpotClient(settings, budget)
        self._clock = clock
        self._wanted: dict[Listing, tuple[str, ...]] = {
            "companies": company_properties(settings),
            "contacts": contact_properties(settings),
        }
        if settings.renewal_pipeline:
            self._wanted["deals"] = DEAL_PROPERTIES

    @property
    def vitals(self) -> Vitals:
        """What the last answer told of HubSpot."""
        return self._hubspot.vitals

    def close(self) -> None:
        """Close the connections."""
        self._hubspot.close()

    def check(self) -> None:
        """Raise `Misconfigured` with what to change, unless all that is pulled can be read."""
        self._hubspot.owners(limit=1)
        for kind in self._wanted:
            self._hubspot.listed(kind, (OBJECT_ID,), limit=1)
            self._check_names(kind)
        renewals = self._settings.renewal_pipeline
        if renewals and renewals not in self._hubspot.pipelines():
            raise Misconfigured(
                "no_such_pipeline", f"SEATSIGNAL_HUBSPOT_RENEWAL_PIPELINE: there is no pipeline {renewals}"
            )

    def _check_names(self, kind: Listing) -> None:
        """Raise `Misconfigured` for a property that a setting names and HubSpot does not have."""
        named = {
            f"SEATSIGNAL_HUBSPOT_{setting.upper()}": getattr(self._settings, setting)
            for setting in self._settings.model_fields_set
            if setting.endswith("_property")
        }
        asked = {variable: name for variable, name in named.items() if name in self._wanted[kind]}
        known = self._hubspot.properties(kind) if asked else {}
        for variable, name in sorted(asked.items()):
            if name not in known:
                raise Misconfigured("no_such_property", f"{variable}: {kind} have no property {name}")

    def pull(self, cursor: Cursor | None) -> Iterator[Page]:
        """Yield pages from the cursor on: companies, contacts, then renewals if their pipeline is named.

        A listing of everything is vouched for as complete if it began in this pull and nothing was odd.
        """
        owners = self._hubspot.owner_addresses()  # first, since an answer tells HubSpot's time
        place = bookmark.opened(
            cursor,
            round(earliest(self._clock(), self.vitals) * 1000),
            round(self._settings.full_every_h * HOUR_MS),
            round(self._settings.overlap_s * 1000),
        )
        seen: set[str] = set()
        listing = _exhaustive(place)
        whole = True
        while place.listing:
            found = self._found(place.listing, place)
            _check(found, place.after, seen)
            seen.add(found.after)
            records, rejects = self._records(place.listing, found, owners)
            listing = listing if found.objects else ""  # nobody vouches for nothing
            whole = whole and not rejects
            last = not found.after
            place = place.following(found.after, tuple(self._wanted))
            complete = bool(listing) and whole and last
            yield Page(records, place.cursor, complete=complete, rejects=rejects, listing=listing)
            if last:
                seen, listing, whole = set(), _exhaustive(place), True

    def _found(self, listing: Listing, place: Bookmark) -> _Found:
        if listing not in self._wanted:  # it was, when the cursor was made
            return _Found((), "")
        listed = place.full and listing != "deals"
        return self._listed(listing, place) if listed else self._searched(listing, place)

    def _listed(self, listing: Listing, place: Bookmark) -> _Found:
        answer = self._hubspot.listed(listing, self._wanted[listing], place.after)
        return _Found(answer.results, answer.after)

    def _searched(self, listing: Listing, place: Bookmark) -> _Found:
        """What changed, behind the highest id so far: each page is a first one, so that there is no last."""
        filters = [Filter(property_name=OBJECT_ID, operator="GT", value=place.after or "0")]
        if not place.full:
            since = str(place.since_ms)
            filters.append(Filter(property_name=CHANGED[listing], operator="GTE", value=since))
        if listing == "deals":
            pipeline = self._settings.renewal_pipeline
            filters.append(Filter(property_name="pipeline", operator="EQ", value=pipeline))
            filters.append(Filter(property_name="hs_is_closed", operator="EQ", value="true"))
        answer = self._hubspot.searched(listing, self._wanted[listing], *filters)
        return _Found(answer.results, _highest(answer.results) if answer.after else "")

    def _records(
        self, listing: Listing, found: _Found, owners: Mapping[str, str]
    ) -> tuple[list[Record], int]:
        """The records of a page, and how many of its objects could not be read."""
        whole = [each for each in found.objects if readable(each)]
        if listing == "deals":
            outcomes = self._outcomes(whole)
            return [each for each in outcomes if each], len(found.objects) - len(whole) + outcomes.count(None)
        if listing == "companies":
            records = [record for each in whole for record in of_company(each, owners, self._settings)]
        else:
            records = [record for each in whole for record in of_contact(each, self._settings)]
        return records, len(found.objects) - len(whole)

    def _outcomes(self, deals: Sequence[Object]) -> list[Outcome | None]:
        """How renewals ended; what they are associated with is asked of a whole page in one call."""
        if not deals:
            return []
        ends = self._hubspot.associated("deals", "companies", [each.id for each in deals])
        return [of_renewal(each, ends[each.id]) for each in deals if ends[each.id]]


def _exhaustive(place: Bookmark) -> str:
    """The kind of fact that is listed from the start at a place, if it is."""
    return KINDS[place.listing] if place.full and place.listing and not place.after else ""


def _check(found: _Found, after: str, seen: Collection[str]) -> None:
    """Raise `RetryLater` for a page that cannot stand behind ``after``; ``seen`` led to pages of this pull.

    Where a pull goes on another day, what its first page would show may be gone by then. Later an empty
    page contradicts the one that led to it.
    """
    if not found.objects and (found.after or after in seen):
        raise RetryLater("unexpected_answer", "hubspot: a page without rows, though there are more")
    if found.after and found.after in {after, *seen}:
        raise again()


def _highest(objects: Iterable[Object]) -> str:
    """The highest id on a page: where the next one begins."""
    return str(max((int(each.id) for each in objects if each.id.isdecimal()), default=0))
