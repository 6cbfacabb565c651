"""The properties that we keep in HubSpot, and how the fields of a record become their values.

One property per field of `templates.content.RecordContent`. Money is in major units beside its currency,
since that is what people sort and filter by.
"""

from collections.abc import Mapping

from integrations.errors import Rejected
from integrations.fields import ASSUMED_CURRENCY, Value, text
from integrations.hubspot.client import Kind
from integrations.hubspot.writing import Definition, GroupDefinition, Option

GROUP = GroupDefinition(name="seatsignal", label="Seatsignal")
TEXT_LIMIT = 65_536
"""The most characters that HubSpot keeps of a text."""


def _property(
    name: str,
    label: str,
    description: str,
    kind: str = "number",
    shown_as: str = "",
    *,
    options: tuple[Option, ...] = (),
    unique: bool = False,
) -> Definition:
    return Definition(
        name=f"{GROUP.name}_{name}",
        label=label,
        type=kind,
        field_type=shown_as or kind,
        group_name=GROUP.name,
        description=description,
        has_unique_value=unique,
        options=options,
    )


def _options(**labels: str) -> tuple[Option, ...]:
    return tuple(Option(value, label, at) for at, (value, label) in enumerate(labels.items()))


BANDS = _options(at_risk="At risk", watch="Watch", healthy="Healthy", unknown="Unknown")
YES_NO = _options(true="Yes", false="No")
_LINES = ("string", "textarea")
_TEXT = ("string", "text")

FIELDS: Mapping[str, Definition] = {
    "account_key": _property(
        "account_key", "Account key", "Whose verdict this is. Written by us and never read.", *_TEXT
    ),
    "band": _property(
        "band", "Health band", "At risk, watch or healthy.", "enumeration", "select", options=BANDS
    ),
    "health": _property("health", "Health", "0 to 100, high is good."),
    "priority": _property("priority", "Priority", "Risk, nearness of the renewal and revenue in one."),
    "reasons": _property("reasons", "Reasons", "What takes most off the health, one a line.", *_LINES),
    "utilisation_pct": _property("utilisation", "Utilisation, %", "Active users in 100 purchased seats."),
    "likely": _property(
        "utilisation_likely", "Utilisation, how sure", "What chance allows of few seats, in words.", *_TEXT
    ),
    "days_until_full": _property("days_until_full", "Days until full", "At today's pace."),
    "expansion": _property(
        "expansion",
        "Room to grow",
        "Several signs say: they need more.",
        "bool",
        "booleancheckbox",
        options=YES_NO,
    ),
    "expansion_evidence": _property("expansion_evidence", "Signs of growth", "One a line.", *_LINES),
    "suggested_seats": _property("suggested_seats", "Suggested seats", "Seats to add."),
    "uplift_minor": _property("uplift", "Uplift", "Expected revenue a month of the suggested seats."),
    "revenue_at_risk_minor": _property(
        "revenue_at_risk", "Revenue at risk", "A year's revenue that is up for renewal when to act next."
    ),
    "currency": _property("currency", "Currency", "Of uplift and revenue at risk.", *_TEXT),
    "renewal_on": _property("renewal_on", "Renewal", "When the term ends.", "date"),
    "anchor_on": _property("anchor_on", "Act by", "The first date by which somebody must act.", "date"),
}
"""Properties of companies, by the field that they hold."""

OUR_ID = _property(
    "account_id", "Account id", "Your own id of this account; it tells us which account this is.", *_TEXT
)
"""The property in which people may say whose company this is. An id that we wrote would be no evidence of
that: it would only confirm the link by which it was written. So we write it to another.
"""

KEY = _property(
    "key", "Seatsignal key", "Keeps the task from being made twice; do not change it.", *_TEXT, unique=True
)
"""The property of a task that says which notice it is."""

CLOSED = _property(
    "closed",
    "Closed by Seatsignal",
    "Says that Seatsignal completed the task, so that it may open it again.",
    "bool",
    "booleancheckbox",
    options=YES_NO,
)
"""The property of a task that says that we completed it: what a person completed is never opened again."""

DEAL_KEY = _property(
    "key", "Seatsignal key", "Keeps the deal from being made twice; do not change it.", *_TEXT, unique=True
)
"""The property of a deal that says of what it is, and of which term."""

WANTED: Mapping[Kind, tuple[Definition, ...]] = {
    "companies": (OUR_ID, *FIELDS.values()),
    "tasks": (KEY, CLOSED),
}
"""Every property that must be there, by the kind of object it is on."""
WITH_DEALS: Mapping[Kind, tuple[Definition, ...]] = {**WANTED, "deals": (DEAL_KEY,)}
"""The same where deals are made, too."""


def written(fields: Mapping[str, Value]) -> dict[str, str]:
    """The values of properties that say what fields say; a field that is unknown clears its property.

    Raises:
        Rejected: there is no property for a field, or a text is longer than HubSpot keeps.
    """
    unknown = sorted(fields.keys() - FIELDS.keys())
    if unknown:
        raise Rejected("field_unknown", "hubspot: a record has a field without a property")
    currency = str(fields.get("currency") or ASSUMED_CURRENCY)
    values = {FIELDS[name].name: text(name, value, currency) for name, value in fields.items()}
    if any(len(value) > TEXT_LIMIT for value in values.values()):
        raise Rejected("text_too_long", f"hubspot: a text of over {TEXT_LIMIT:,} characters")
    return values
