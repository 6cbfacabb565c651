"""Quality: facts that cannot be so, by kind, and what is made of each."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Oddity:
    """How many facts of a kind a source states that cannot be so. ``example`` is the key of an account.

    Rows that could not be read, or that another replaced, are counted alone: 0 accounts, and no example.
    """

    source: str
    kind: str
    rows: int
    accounts: int
    example: str


TREATMENTS: Mapping[str, str] = {
    "use before the first term": "counts as use, as of a pilot",
    "use after the last term": "counts as use; seats are unknown",
    "use in the future": "is not counted before its day has come",
    "a count of use below 0": "what it adds up to is unknown",
    "more active users than people": "shown as over-use",
    "seats or revenue below 0": "unknown, and so is how they changed",
    "a term that ends before it begins": "is never in force",
    "terms that overlap": "the one that began last counts",
    "a currency without a rate": "kept as it is; added up with no other",
    "rows with the id of another on their page": "the last of them counts",
    "rows that could not be read": "left out; of a file, the reject file has line and reason",
}
"""What is done about each kind."""
