"""What customers may use, added up over their licences in force."""

from collections.abc import Iterator, Sequence
from datetime import date

from health.records import Limit
from integrations.keygen.answers import Licence
from integrations.keygen.licences import IN_FORCE
from integrations.keygen.settings import KeygenSettings

Amount = tuple[float, float]
"""Used, allowed."""


class Quotas:
    """Sums by customer and quota. A licence without a maximum counts for nothing, on either side."""

    def __init__(self, settings: KeygenSettings) -> None:
        """Know which quotas there are, and nothing of any customer."""
        self._machines = settings.machines_are
        self._custom = [name for name in settings.quotas.split(",") if name and name != self._machines]
        self._sums: dict[tuple[str, str], Amount] = {}

    def add(self, account_id: str, licence: Licence) -> None:
        """Add a licence; one that is not in force tells only that there is such a quota."""
        holds = licence.attributes.status in IN_FORCE
        for name, (used, allowed) in self._stated(licence):
            before_used, before_allowed = self._sums.get((account_id, name), (0.0, 0.0))
            after = (before_used + used, before_allowed + allowed) if holds else (before_used, before_allowed)
            self._sums[account_id, name] = after

    def limits(self, as_of: date) -> Sequence[Limit]:
        """The limits of every customer; nothing allowed where no licence is in force."""
        return [
            Limit(account_id, name, used, allowed, as_of)
            for (account_id, name), (used, allowed) in self._sums.items()
        ]

    def _stated(self, licence: Licence) -> Iterator[tuple[str, Amount]]:
        told, relations = licence.attributes, licence.relationships
        pairs: dict[str, tuple[object, object]] = {
            self._machines: (relations.machines.meta.count, told.max_machines),
            "users": (relations.users.meta.count, told.max_users),
            "cores": (relations.machines.meta.cores, told.max_cores),
            "uses": (told.uses, told.max_uses),
        }
        metadata = told.metadata or {}
        for name in self._custom:
            key = _camel(name)
            pairs[name] = metadata.get(f"{key}Used"), metadata.get(f"{key}Allowed")
        for name, (used, allowed) in pairs.items():
            amounts = _amount(used), _amount(allowed)
            if amounts[0] is not None and amounts[1] is not None:
                yield name, (amounts[0], amounts[1])


def _camel(name: str) -> str:
    """A name as Keygen writes the keys of metadata: ``api_keys`` as ``apiKeys``."""
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def _amount(told: object) -> float | None:
    match told:
        case bool():
            return None
        case int() | float():
            return float(told)
        case str() if told.isascii() and told.isdigit():
            return float(told)
        case _:
            return None
