"""Writer: writes the body of the compiled function, and remembers what it reads and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from config import curves, reach
from config.divisions import by_zero
from config.expressions import Expression, ExpressionError, Vocabulary, Wording
from config.files import nearest
from config.schema import SignalData, TriggerData
from config.scoring import AxisData, CapData, DeductionData, FamilyData, MeasureData
from health.rules import FAMILIES, NUMBERS, TEXTS, Measures

_FAMILIES = {name: family for family, names in FAMILIES.items() for name in names._fields}
_VOCABULARY = Vocabulary(NUMBERS, TEXTS)
_NEVER, _NOTHING = Expression("1 < 0", _VOCABULARY), Wording("nothing", _VOCABULARY)
"""In place of what is wrong."""
_INDENT = "    "
_SEAT_SHARE = "seat_share_pct"
_SHARES = {"seats": _SEAT_SHARE, "consumption": f"100.0 - {_SEAT_SHARE}"}
"""Source of the share of the revenue, in per cent, that a line may go by."""
_FEW = 4
"""Reading one measure takes as long as unpacking about so many."""


class Writer:
    """The lines written so far, the measures they read, and one problem per place that is wrong."""

    def __init__(self) -> None:
        """Begin an empty body."""
        self.problems: list[str] = []
        self._lines: list[str] = []
        self._names: dict[str, None] = {}
        self._depth = 0

    def add(self, *lines: str) -> None:
        """Write lines at the depth of the block they stand in."""
        self._lines += (_INDENT * self._depth + line for line in lines)

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Write a head, and what follows one deeper."""
        self.add(head)
        self._depth += 1
        yield
        self._depth -= 1

    @contextmanager
    def _at(self, path: str) -> Iterator[None]:
        try:
            yield
        except ExpressionError as error:
            self.problems.append(f"{path}: {error}")

    def condition(self, path: str, text: str) -> Expression:
        """Return the checked condition; a false one in place of a wrong one."""
        found = _NEVER
        with self._at(path):
            found = _checked(text)
        self._names |= dict.fromkeys(found.names)
        return found

    def wording(self, path: str, text: str, name: str, given: str = "") -> str:
        """Return source of a sentence; of the mere name where a measure in it is not known."""
        found = _NOTHING
        with self._at(path):
            found = _worded(text)
        self._names |= dict.fromkeys(found.names)
        guards = [guard for guard in found.guards if guard != given]
        fallback = name.replace("_", " ")
        return f"({found.code} if {' and '.join(guards)} else {fallback!r})" if guards else found.code

    def first_true(self, conditions: Sequence[tuple[str, str, str]]) -> str:
        """Return source of the first name whose condition holds, or of an empty text."""
        tests = [f"{name!r} if {self.condition(path, text).when}" for name, path, text in conditions]
        return " else ".join((*tests, "''"))

    def gate(self, path: str, names: Sequence[str], gates: Mapping[str, str]) -> str:
        """Return source of the first of the named gates that holds."""
        for name in names:
            if name not in gates:
                self.problems.append(f"{path}: {name!r} is no gate{nearest(name, tuple(gates))}")
        return self.first_true([(name, f"gates.{name}", gates[name]) for name in names if name in gates])

    def state(self, target: str, path: str, name: str, data: CapData | DeductionData) -> str:
        """Write a condition in its three states: 1 or 0, unknown, or not applicable."""
        found = self.condition(f"{path}.when", data.when)
        reason = self.wording(f"{path}.reason", data.reason, name)
        fallback = f"{name.replace('_', ' ')} is not known"
        self.add(
            f"if {found.when}:",
            f"{_INDENT}{target} = (1.0, {reason})",
            f"elif {found.unless}:",
            f"{_INDENT}{target} = (0.0, '')",
            "else:",
            f"{_INDENT}{target} = (None if {_any(found.names, 'None')} else NOT_APPLICABLE, {fallback!r})",
        )
        return target

    def found(self, path: str, data: SignalData | TriggerData, met: str, undecided: str) -> None:
        """Write what happens where a rule is met, and where it is neither met nor cleared."""
        when = self.condition(f"{path}.when", data.when)
        neither = f"{_any(when.names, 'None')} and not {when.unless}"
        if data.clear:
            clear = self.condition(f"{path}.clear", data.clear)
            names = tuple(dict.fromkeys(when.names + clear.names))
            neither = f"not {clear.when} and ({_any(names, 'None')} or not {_any(names, 'NOT_APPLICABLE')})"
        self.add(
            f"if {when.when}:",
            f"{_INDENT}{met}",
            f"elif {neither}:",
            f"{_INDENT}{undecided}",
        )

    def curve(self, target: str, path: str, name: str, data: MeasureData, known: "Curves") -> str:
        """Write a measure's way through its curve, and its reason."""
        x, fallback = data.measure, name.replace("_", " ") + " is not known"
        if not self._measured(f"{path}.measure", x):
            return target
        reason = self.wording(f"{path}.reason", data.reason, name, given=f"{x} is not None")
        height, by = self._height(path, data, known), self._families(data, known)
        self.add(f"if {x} is None:", f"{_INDENT}{target} = ({_raw(x)}, {_missing(data, fallback)})")
        if data.share_of_revenue:
            self._names[_SEAT_SHARE] = None
            unshared = f"{name.replace('_', ' ')}: its share of the revenue is not known"
            self.add(f"elif {_SEAT_SHARE} is None:", f"{_INDENT}{target} = (None, {unshared!r})")
            none = f"{_SHARES[data.share_of_revenue]} <= 0.0"
            self.add(f"elif {none}:", f"{_INDENT}{target} = (NOT_APPLICABLE, {fallback!r})")
        if by:
            unknown = " or ".join(f"{each} is None" for each in by)
            self.add(f"elif {unknown}:", f"{_INDENT}{target} = (None, {fallback!r})")
        self.add("else:", *(_INDENT + line for line in height), f"{_INDENT}{target} = (value, {reason})")
        return target

    def shares(self, lines: Sequence[MeasureData]) -> None:
        """Write how much of its weight each line has; while that is not known, half of it."""
        known = [_SHARES[line.share_of_revenue] if line.share_of_revenue else "100.0" for line in lines]
        halves = ["0.5" if line.share_of_revenue else "1.0" for line in lines]
        self.add(
            f"if {_SEAT_SHARE} is None:",
            f"{_INDENT}shares = ({', '.join(halves)},)",
            "else:",
            f"{_INDENT}shares = ({', '.join(f'({share}) / 100.0' for share in known)},)",
        )

    def _height(self, path: str, data: MeasureData, known: "Curves") -> list[str]:
        """Return the lines that set ``value`` to what a line's curve gives, or its stricter one."""
        lines = self._curved(f"{path}.curve", data.measure, data.curve, known)
        if data.stricter is None or data.stricter.curve == data.curve:
            return lines
        during = self.condition(f"{path}.stricter.when", data.stricter.when).when
        other = self._curved(f"{path}.stricter.curve", data.measure, data.stricter.curve, known)
        return [*lines, *curves.lower(during, other)]

    def _curved(self, path: str, x: str, curve: list[list[float]] | str, known: "Curves") -> list[str]:
        """Return the lines that set ``value`` to the height of a curve, or of one by its name."""
        points = known.get(curve) if isinstance(curve, str) else curve
        if points is None:
            self.problems.append(f"{path}: {curve!r} is no curve{nearest(str(curve), tuple(known))}")
            return ["value = 0.0"]
        return curves.of_family(x, points) if isinstance(points, FamilyData) else curves.straight(x, points)

    def _families(self, data: MeasureData, known: "Curves") -> list[str]:
        """Return the measures that the curves of a line change with."""
        named = [data.curve, data.stricter.curve if data.stricter else ""]
        found = {name: known.get(name) for name in named if isinstance(name, str)}
        return [
            family.by
            for name, family in found.items()
            if isinstance(family, FamilyData) and self._measured(f"curve_families.{name}.by", family.by)
        ]

    def part(self, target: str, path: str, axis: AxisData) -> str:
        """Write which part of a matrix's axis a measure lies in."""
        x = axis.measure
        if self._measured(f"{path}.measure", x):
            self.add(f"{target} = None", f"if {x} is not None:")
            self.add(*(_INDENT + line for line in curves.part(x, axis.edges, target)))
        return target

    def _measured(self, path: str, name: str) -> bool:
        """Say whether there is such a measure, and remember that it is read."""
        if name not in NUMBERS:
            self.problems.append(f"{path}: {name!r} is no measure{nearest(name, NUMBERS)}")
            return False
        self._names[name] = None
        return True

    def source(self) -> str:
        """Return the whole function: measures first, then what was written."""
        loads = [line for family, names in FAMILIES.items() for line in self._load(family, names)]
        for name in filter(NUMBERS.__contains__, self._names):
            loads += [f"if {name} is NOT_APPLICABLE:", f"{_INDENT}{name} = None"]
        body = (f"{', '.join(Measures._fields)} = measures", *loads, *self._lines)
        return "def rules(measures):\n" + "".join(f"{_INDENT}{line}\n" for line in body)

    def _load(self, family: str, names: type[NamedTuple]) -> Iterator[str]:
        """Return the lines that read measures of a family: one by one where few are asked for."""
        read = [name for name in names._fields if name in self._names]
        if _FEW * len(read) > len(names._fields):
            yield f"{', '.join(names._fields)} = {family}"
        else:
            yield from (f"{name} = {_raw(name)}" for name in read)


Curves = Mapping[str, list[list[float]] | FamilyData]
"""Curves and families of curves by name."""


@lru_cache(maxsize=1024)
def _checked(text: str) -> Expression:
    """Return a condition that divides by nothing that may be 0, and neither always nor never holds."""
    found = Expression(text, _VOCABULARY)
    if division := by_zero(found.tree):
        raise ExpressionError(f"{division!r} may divide by 0; rule that out first, as in 'seats > 0 and …'")
    if not reach.plain(found) and reach.decided(found):
        if reach.witness((found,)) is None:
            raise ExpressionError(f"{text!r} never holds")
        if reach.witness(failing=(found,)) is None:
            raise ExpressionError(f"{text!r} holds whatever the values are")
    return found


@lru_cache(maxsize=1024)
def _worded(text: str) -> Wording:
    found = Wording(text, _VOCABULARY)
    for tree in found.trees:
        if division := by_zero(tree):
            raise ExpressionError(f"{division!r} may divide by 0; a sentence cannot rule that out")
    return found


def _missing(data: MeasureData, fallback: str) -> str:
    """Return source of why a line is unknown: for its age, or for want of anything known."""
    days = data.stale_after_days
    if days is None:
        return repr(fallback)
    old = f"unknown: older than {days} {'day' if days == 1 else 'days'}"
    aged = _raw("aged")
    return f"{old!r} if {aged} is not None and {data.measure!r} in {aged}.split() else {fallback!r}"


def _raw(name: str) -> str:
    return f"{_FAMILIES[name]}.{name}"


def _any(names: Sequence[str], state: str) -> str:
    """Return source that asks whether any measure is in a state: None or NOT_APPLICABLE."""
    numbers = [name for name in names if state == "None" or name in NUMBERS]
    return f"({' or '.join(f'{_raw(name)} is {state}' for name in numbers) or 'False'})"
