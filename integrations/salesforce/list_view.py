"""The list view of accounts that there is room to grow at: what sales opens in the morning."""

from integrations.errors import Misconfigured, Rejected
from integrations.roles import Prepared, outcome
from integrations.salesforce.client import SalesforceClient
from integrations.salesforce.fields import FIELDS
from integrations.salesforce.soql import quoted
from integrations.salesforce.writing import Filter, ListView

NAME, LABEL = "Seatsignal_Upsell", "Upsell"
COLUMNS = ("uplift_minor", "suggested_seats", "health", "renewal_on", "expansion_evidence")
UPSELL = ListView(
    list_view_api_name=NAME,
    label=LABEL,
    display_columns=("Name", *(FIELDS[each].name for each in COLUMNS), "Owner.Alias"),
    filtered_by_info=(Filter(FIELDS["expansion"].name, ("1",)),),
)


def upsell(salesforce: SalesforceClient, *, dry_run: bool) -> Prepared:
    """Make the list view if it is not there; people's changes to it stay. Raises what clients raise.

    Nothing of ours rests on it: where we may not make it, that is told.
    """
    asked = f"SELECT Id FROM ListView WHERE SobjectType = 'Account' AND DeveloperName = {quoted(NAME)}"  # noqa: S608 - SOQL, quoted
    there = bool(salesforce.queried(asked).records)
    try:
        if not there and not dry_run:
            salesforce.make_list_view(UPSELL)
    except (Misconfigured, Rejected) as error:
        said = f"was refused ({error.reason}): make it by hand, see docs/integrations/salesforce.md"
        return Prepared("Account", "list view", LABEL, "differs", said)
    return Prepared("Account", "list view", LABEL, outcome(there=there, dry_run=dry_run))
