"""The fields that we keep in Salesforce, and how the fields of a record become their values.

One field of accounts per field of `templates.content.RecordContent`. Money is in major units beside its
currency, since that is what people sort and filter by.
"""

from collections.abc import Mapping
from typing import NamedTuple

from integrations.errors import Rejected
from integrations.fields import ASSUMED_CURRENCY, Value, text
from integrations.salesforce.settings import OUR_ID as OUR_ID_NAME
from integrations.salesforce.writing import Definition

PREFIX = "Seatsignal_"
LINES_LIMIT, LINE_LIMIT = 32_768, 255
"""The most characters of a text with lines, and of one without."""
BANDS = {"at_risk": "At risk", "watch": "Watch", "healthy": "Healthy", "unknown": "Unknown"}
"""Values of the band as we write them, and as people see them."""

_NUMBER: Mapping[str, object] = {"type": "Number", "precision": 18, "scale": 2}
_LINES: Mapping[str, object] = {"type": "LongTextArea", "length": LINES_LIMIT, "visibleLines": 5}
_LINE: Mapping[str, object] = {"type": "Text", "length": LINE_LIMIT}
_KEY: Mapping[str, object] = {**_LINE, "externalId": True, "unique": True, "caseSensitive": True}
_DATE: Mapping[str, object] = {"type": "Date"}
_YES_NO: Mapping[str, object] = {"type": "Checkbox", "defaultValue": "false"}
_BAND: Mapping[str, object] = {
    "type": "Picklist",
    "valueSet": {
        "valueSetDefinition": {
            "sorted": False,
            "value": [{"fullName": name, "label": label, "default": False} for name, label in BANDS.items()],
        }
    },
}
SHOWN_AS: Mapping[str, str] = {
    "Number": "double",
    "LongTextArea": "textarea",
    "Text": "string",
    "Date": "date",
    "Checkbox": "boolean",
    "Picklist": "picklist",
}
"""What a description calls the types that a definition names."""


class Field(NamedTuple):
    """A field of ours: its API name, how people see it, what it is, and what it says."""

    name: str
    label: str
    form: Mapping[str, object]
    description: str

    @property
    def type(self) -> str:
        """Its type, as a description calls it."""
        return SHOWN_AS[str(self.form["type"])]

    @property
    def limit(self) -> int:
        """The most characters that it keeps."""
        return LINES_LIMIT if self.form is _LINES else LINE_LIMIT

    def of(self, kind: str) -> Definition:
        """Its definition, at a type of record."""
        said = {"label": self.label, "description": self.description, "inlineHelpText": self.description}
        return Definition(f"{kind}.{self.name}", {**self.form, **said})


def _field(name: str, label: str, form: Mapping[str, object], description: str) -> Field:
    return Field(f"{PREFIX}{name}__c", label, form, description)


FIELDS: Mapping[str, Field] = {
    "account_key": _field(
        "Account_Key", "Account key", _LINE, "Whose verdict this is. Written by us and never read."
    ),
    "band": _field("Band", "Health band", _BAND, "At risk, watch or healthy."),
    "health": _field("Health", "Health", _NUMBER, "0 to 100, high is good."),
    "priority": _field("Priority", "Priority", _NUMBER, "Risk, nearness of the renewal and revenue in one."),
    "reasons": _field("Reasons", "Reasons", _LINES, "What takes most off the health, one a line."),
    "utilisation_pct": _field(
        "Utilisation", "Utilisation, %", _NUMBER, "Active users in 100 purchased seats."
    ),
    "likely": _field(
        "Utilisation_Likely",
        "Utilisation, how sure",
        _LINE,
        "What chance allows of few seats, in words.",
    ),
    "days_until_full": _field("Days_Until_Full", "Days until full", _NUMBER, "At today's pace."),
    "expansion": _field("Expansion", "Room to grow", _YES_NO, "Several signs say: they need more."),
    "expansion_evidence": _field("Expansion_Evidence", "Signs of growth", _LINES, "One a line."),
    "suggested_seats": _field("Suggested_Seats", "Suggested seats", _NUMBER, "Seats to add."),
    "uplift_minor": _field(
        "Uplift", "Uplift", _NUMBER, "Expected revenue a month of the suggested seats, in our currency."
    ),
    "revenue_at_risk_minor": _field(
        "Revenue_At_Risk",
        "Revenue at risk",
        _NUMBER,
        "A year's revenue that is up for renewal when to act next.",
    ),
    "currency": _field("Currency", "Currency", _LINE, "Of uplift and revenue at risk."),
    "renewal_on": _field("Renewal", "Renewal", _DATE, "When the term ends."),
    "anchor_on": _field("Act_By", "Act by", _DATE, "The first date by which somebody must act."),
}
"""Fields of accounts, by the field of a record that they hold."""

OUR_ID = Field(
    OUR_ID_NAME, "Account id", _LINE, "Your own id of this account; it tells us which account this is."
)
"""The field in which people may say whose account this is: one that we wrote would be no evidence of that."""
KEY = _field("Key", "Seatsignal key", _KEY, "Keeps the task from being made twice; do not change it.")
"""The field of a task that says which notice it is. Salesforce keeps fields of tasks at ``Activity``."""
CLOSED = _field(
    "Closed", "Closed by Seatsignal", _YES_NO, "Seatsignal completed the task, so that it may open it again."
)
"""The field of a task that says that we completed it: what a person completed is never opened again."""
OPPORTUNITY_KEY = _field(
    "Opportunity_Key",
    "Seatsignal key",
    _KEY,
    "Keeps the opportunity from being made twice; do not change it.",
)
"""The field of an opportunity of ours that says which it is."""
WANTED: Mapping[str, tuple[Field, ...]] = {"Account": (OUR_ID, *FIELDS.values()), "Activity": (KEY, CLOSED)}
"""Every field that must be there, by what it is made at."""
OF_OPPORTUNITIES: Mapping[str, tuple[Field, ...]] = {"Opportunity": (OPPORTUNITY_KEY,)}
"""Those that must be there too where opportunities are kept."""
_BY_NAME = {field.name: field for field in FIELDS.values()}


def written(fields: Mapping[str, Value]) -> dict[str, str]:
    """What our fields are to say, as text by name; a field that is unknown clears the one that holds it.

    Raises:
        Rejected: nothing holds a field, or a text is longer than Salesforce keeps.
    """
    if fields.keys() - FIELDS.keys():
        raise Rejected("field_unknown", "salesforce: a record has a field that nothing holds")
    currency = str(fields.get("currency") or ASSUMED_CURRENCY)
    values = {FIELDS[name].name: text(name, value, currency) for name, value in fields.items()}
    if any(len(value) > _BY_NAME[name].limit for name, value in values.items()):
        raise Rejected("text_too_long", "salesforce: a text is longer than its field")
    return values


def sent(name: str, value: str) -> str | float | bool | None:
    """The value of a field of ours as Salesforce takes it."""
    match _BY_NAME[name].type:
        case "boolean":
            return value == "true"
        case "double" if value:
            return float(value)
        case _:
            return value or None


def shown(value: object) -> str:
    """What a field there says, as text."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return f"{value:.0f}"
        case _:
            return f"{value}"
