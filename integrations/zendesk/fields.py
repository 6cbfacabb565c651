"""The fields of organizations that we keep in Zendesk, the tag beside them, and how their values are written.

One field per field of `templates.content.HelpdeskContent`. Drop-downs name their choices by values that are
ours alone: Zendesk treats such values as tags. The tag by which agents filter is one more field to us, but
the only one of its kind: whatever else is tagged there is people's own.
"""

from collections.abc import Mapping
from typing import NamedTuple

from health.revenue_bands import BANDS as REVENUE_BANDS
from integrations.errors import Rejected
from integrations.fields import ASSUMED_CURRENCY, text
from integrations.fields import Value as Field_Value
from integrations.zendesk.writing import Definition, Option, Value

PREFIX = "seatsignal_"
TAGS = "tags"
"""How the tag is named among our fields, as people see tags there."""
AT_RISK = f"{PREFIX}at_risk"
"""The tag of an organization whose account is at risk."""
TEXT_LIMIT = 65_535
"""The most characters of a text that we send: Zendesk's pages name no limit."""
HEALTH_BANDS = {"at_risk": "At risk", "watch": "Watch", "healthy": "Healthy", "unknown": "Unknown"}


class Field(NamedTuple):
    """A field of ours: its key, how people see it, its type, what it says, and its choices by our names."""

    key: str
    title: str
    type: str
    description: str
    choices: Mapping[str, str] = {}

    @property
    def options(self) -> tuple[Option, ...]:
        """Its choices, as Zendesk takes them."""
        return tuple(Option(label, self.chosen(name)) for name, label in self.choices.items())

    def chosen(self, name: str) -> str:
        """The value of a choice, by our name of it."""
        return f"{self.key}_{name}"

    @property
    def definition(self) -> Definition:
        """What it is made by."""
        return Definition(
            key=self.key,
            title=self.title,
            type=self.type,
            description=self.description,
            custom_field_options=self.options,
        )


FIELDS: Mapping[str, Field] = {
    "account_key": Field(
        f"{PREFIX}account_key", "Account key", "text", "Whose verdict this is. Written by us and never read."
    ),
    "band": Field(f"{PREFIX}band", "Health band", "dropdown", "At risk, watch or healthy.", HEALTH_BANDS),
    "health": Field(f"{PREFIX}health", "Health", "integer", "0 to 100, high is good."),
    "reasons": Field(
        f"{PREFIX}reasons", "Health note", "textarea", "What takes most off the health, one a line."
    ),
    "revenue_band": Field(
        f"{PREFIX}revenue", "Revenue a year", "dropdown", "In the account's own currency.", REVENUE_BANDS
    ),
    "renewal_on": Field(f"{PREFIX}renewal_on", "Renewal", "date", "When the term ends."),
}
"""Fields of organizations, by the field of a record that they hold."""
_BY_KEY = {field.key: field for field in FIELDS.values()}


def written(fields: Mapping[str, Field_Value], *, tagged: bool = True) -> dict[str, str]:
    """What our fields and the tag are to say, as text by key; what is unknown clears its field.

    Raises:
        Rejected: nothing holds a field, a choice is none, or a text is too long.
    """
    if fields.keys() - FIELDS.keys():
        raise Rejected("field_unknown", "zendesk: a record has a field that nothing holds")
    values = {FIELDS[name].key: _worded(FIELDS[name], name, value) for name, value in fields.items()}
    if any(len(value) > TEXT_LIMIT for value in values.values()):
        raise Rejected("text_too_long", f"zendesk: a text of over {TEXT_LIMIT:,} characters")
    if tagged and "band" in fields:
        values[TAGS] = AT_RISK if fields["band"] == "at_risk" else ""
    return values


def _worded(field: Field, name: str, value: Field_Value) -> str:
    said = text(name, value, ASSUMED_CURRENCY)
    if not said or not field.choices:
        return said
    if said not in field.choices:
        raise Rejected("choice_unknown", "zendesk: a field has no such choice")
    return field.chosen(said)


def sent(key: str, value: str) -> Value:
    """The value of a field of ours as Zendesk takes it."""
    return int(float(value)) if value and _BY_KEY[key].type == "integer" else value or None


def shown(key: str, value: object) -> str:
    """What a field there says, as text; Zendesk shows a date as the midnight that it begins with."""
    match value:
        case None:
            return ""
        case str() if _BY_KEY[key].type == "date":
            return value[:10]
        case float() if value.is_integer():
            return f"{value:.0f}"
        case _:
            return f"{value}"
