"""What the judge says: counted from the sandbox's ledger, which shares no code with the judged."""

from collections import Counter
from collections.abc import Iterable, Mapping

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
    """One bar's line.

    ``gap_s`` is the longest time in which nothing was seen, start and end left out: how long a strike was
    felt. ``control`` holds how often what must show without each safeguard did. ``breaches`` is how often
    what must be refused came through. ``ok`` says that the bar holds and that each of its controls shows.
    """

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
    gap_s: float
    ok: bool
    control: dict[str, int] = {}
    figures: dict[str, float] = {}
    breaches: int = 0

    def against(self, control: Mapping[str, int]) -> "Verdict":
        """The same beside its controls: a bar that cannot fail does not hold."""
        return msgspec.structs.replace(self, control=dict(control), ok=self.ok and all(control.values()))

    def named(self, bar: str, *, ok: bool) -> "Verdict":
        """The same under another bar's name."""
        return msgspec.structs.replace(self, bar=bar, ok=ok)

    def line(self) -> str:
        """The verdict as a line of JSON."""
        return msgspec.json.encode(self).decode()

    def words(self) -> str:
        """The verdict as a person reads it."""
        counts = ("kills", "sent", "unique", "lost", "duplicated", "unknown", "disorder", "breaches")
        found = ", ".join(f"{getattr(self, name)} {name}" for name in counts)
        without = "".join(f"; {name}: {count}" for name, count in self.control.items())
        state = "holds" if self.ok else "FAILS"
        without += "".join(f"; {name} {value:g}" for name, value in self.figures.items())
        return f"{state}  {self.bar} on {self.database}, seed {self.seed}: {found}, {self.seconds} s{without}"
