"""The segment of companies with room to grow: a list that HubSpot itself keeps up to date by our property.

Its API makes no saved views. A segment (``/crm/lists``) can be opened as one, and filters views.
"""

from msgspec import Struct

from integrations.errors import Misconfigured, Rejected
from integrations.hubspot.client import HubSpotClient
from integrations.hubspot.properties import FIELDS
from integrations.roles import Prepared, outcome

NAME = "Seatsignal: room to grow"
COMPANIES = "0-2"
"""What HubSpot calls companies among the types of objects."""
_ABSENT = frozenset({"object_not_found", "status_404"})


class _Sent(Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class IsTrue(_Sent, frozen=True, kw_only=True):
    """A yes-or-no property says yes."""

    operation_type: str = "BOOL"
    operator: str = "IS_EQUAL_TO"
    value: bool = True
    include_objects_with_no_value_set: bool = False


class Condition(_Sent, frozen=True, kw_only=True):
    """A condition on a property."""

    filter_type: str = "PROPERTY"
    property: str
    operation: IsTrue = IsTrue()


class All(_Sent, frozen=True, kw_only=True):
    """Conditions that all hold."""

    filter_branch_type: str = "AND"
    filter_branch_operator: str = "AND"
    filter_branches: tuple[()] = ()
    filters: tuple[Condition, ...]


class Any(_Sent, frozen=True, kw_only=True):
    """Some of which hold: HubSpot asks for one of these around any others."""

    filter_branch_type: str = "OR"
    filter_branch_operator: str = "OR"
    filter_branches: tuple[All, ...]
    filters: tuple[()] = ()


class Segment(_Sent, frozen=True, kw_only=True):
    """A list whose members HubSpot finds by itself."""

    name: str
    object_type_id: str = COMPANIES
    processing_type: str = "DYNAMIC"
    filter_branch: Any


def made(hubspot: HubSpotClient, *, dry_run: bool) -> Prepared:
    """Make the segment if there is none of its name, unless it is a dry run; what is there stays as it is.

    A key that may not is told as what differs: nothing else needs the segment. Raises what clients raise.
    """
    try:
        there = _is_there(hubspot)
        if not there and not dry_run:
            grown = Condition(property=FIELDS["expansion"].name)
            hubspot.create_segment(
                Segment(name=NAME, filter_branch=Any(filter_branches=(All(filters=(grown,)),)))
            )
    except Misconfigured as error:
        if error.reason != "missing_scopes":
            raise
        return Prepared("companies", "segment", NAME, "differs", str(error))
    return Prepared("companies", "segment", NAME, outcome(there=there, dry_run=dry_run))


def _is_there(hubspot: HubSpotClient) -> bool:
    try:
        hubspot.segment(COMPANIES, NAME)
    except Rejected as error:
        if error.reason not in _ABSENT:
            raise
        return False
    return True
