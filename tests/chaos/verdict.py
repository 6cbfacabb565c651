"""What the judge says: counted from the sandbox's ledger, which shares no code with the judged."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from tests.rehearsal import Rehearsal


class Seen(msgspec.Struct, frozen=True):
    """What a person would have seen. ``duplicated`` counts second and later copies."""

    sent: int
    unique: int
    lost: int
    duplicated: int
    disorder: int


def seen(rehearsal: Rehearsal, owed: Iterable[str], system: str = "sink") -> Seen:
    """Compare what is owed with what the ledger holds of it in one system."""
    ledger = rehearsal.ledger(system=system)
    wanted = set(owed)
    news = (effect["key"] for effect in ledger["effects"] if effect["action"] in {"post", "mail"})
    copies = Counter(key for key in news if key in wanted)
    lost = len(wanted) - len(copies)
    disorder = ledger["by_system"].get(system, {}).get("disorder", 0)
    return Seen(copies.total(), len(copies), lost, copies.total() - len(copies), disorder)


class Verdict(msgspec.Struct, frozen=True):
    """One bar's line. ``ok`` says that the bar holds and that its control, if it has one, fails it."""

    bar: str
    database: str
    seed: int
    kills: int
    sent: int
    unique: int
    lost: int
    duplicated: int
    unknown: int
    disorder: int
    seconds: float
    ok: bool
    control: dict[str, Any] = {}

    def line(self) -> str:
        """The verdict as a line of JSON."""
        return msgspec.json.encode(self).decode()
