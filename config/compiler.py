"""Compiler: the policy's rules as one plain Python function, generated from checked expressions."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from config.expressions import Expression, ExpressionError, Vocabulary, Wording
from config.files import nearest
from config.schema import CapData, DeductionData, MeasureData, PolicyData, SignalData, TriggerData
from health.alerts import LICENSING
from health.chance import chance
from health.held import STALE
from health.nouns import NOT_APPLICABLE, Signal
from health.rules import NUMBERS, TEXTS, Findings, Measures, Rules

_FAMILIES = {name: family for family, names in Measures.__annotations__.items() for name in names._fields}
_VOCABULARY = Vocabulary(NUMBERS, TEXTS)
_SCOPE = {
    "__builtins__": {},
    "Findings": Findings,
    "Signal": Signal,
    "NOT_APPLICABLE": NOT_APPLICABLE,
    "chance": chance,
}
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Compiled:
    """The function, and its source for people to read."""

    rules: Rules
    source: str


class CompileError(ValueError):
    """Rules that cannot be compiled; ``problems`` has one line per place, with its key path."""

    def __init__(self, problems: Sequence[str]) -> None:
        """Keep the problems."""
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def compile_rules(policy: PolicyData) -> Compiled:
    """Return the policy's rules as one function. Raises `CompileError` with every problem found."""
    writer = _Writer()
    lines = _score_lines(writer, policy)
    caps = [
        writer.state(f"cap_{i}", f"weighted.caps.{name}", name, cap)
        for i, (name, cap) in enumerate(_caps(policy).items())
    ]
    _signals(writer, policy)
    _triggers(writer, policy)
    blocks = [(name, f"expansion.blocks.{name}", text) for name, text in policy.expansion.blocks.items()]
    writer.add(f"block = {writer.first_true(blocks)}")
    writer.add(f"hold = {writer.gate('score_gates', policy.score_gates, policy.gates)}")
    gates = {name: writer.condition(f"gates.{name}", text) for name, text in policy.gates.items()}
    writer.add(f"stale = {gates[STALE].when if STALE in gates else 'False'}")
    writer.add(
        f"return Findings(({_tuple(lines)}), ({_tuple(caps)}), signals, undecided, triggers, "
        "undecided_triggers, block, hold, stale)"
    )
    if writer.problems:
        raise CompileError(writer.problems)
    return _run(writer.source())


def _run(source: str) -> Compiled:
    scope: dict[str, Rules] = {}
    exec(compile(source, "<policy.yaml>", "exec"), dict(_SCOPE), scope)  # noqa: S102 - generated from a checked tree, never from text
    return Compiled(scope["rules"], source)


def _tuple(names: Sequence[str]) -> str:
    return "".join(f"{name}, " for name in names).rstrip()


def _caps(policy: PolicyData) -> Mapping[str, CapData]:
    return policy.weighted.caps if policy.engine == "weighted" else {}


def _score_lines(writer: "_Writer", policy: PolicyData) -> list[str]:
    if policy.engine == "weighted":
        return [
            writer.curve(f"line_{i}", path, name, line, policy.curves)
            for i, (path, name, line) in enumerate(weighted_lines(policy))
        ]
    found = deduction_lines(policy)
    path = f"deductions.presets.{policy.deductions.preset}"
    return [writer.state(f"line_{i}", f"{path}.{name}", name, found[name]) for i, name in enumerate(found)]


def weighted_lines(policy: PolicyData) -> list[tuple[str, str, MeasureData]]:
    """Return the lines of the weighted score in order: key path, name, line."""
    return [
        (f"weighted.groups.{group}.{name}", name, line)
        for group, lines in policy.weighted.groups
        for name, line in lines.items()
    ]


def deduction_lines(policy: PolicyData) -> Mapping[str, DeductionData]:
    """Return the deductions of the preset in use."""
    return policy.deductions.presets.get(policy.deductions.preset, {})


def _signals(writer: "_Writer", policy: PolicyData) -> None:
    writer.add("signals = []", "undecided = []")
    for kind, signal in policy.signals.items():
        path = f"signals.{kind}"
        gate = writer.gate(f"{path}.gates", signal.gates, policy.gates)
        evidence = writer.wording(f"{path}.evidence", signal.evidence, kind)
        group = LICENSING if signal.family == LICENSING else "risk"
        found = f"Signal({kind!r}, {group!r}, {evidence}, {signal.severity!r}, {gate})"
        writer.found(path, signal, f"signals.append({found})", f"undecided.append({kind!r})")


def _triggers(writer: "_Writer", policy: PolicyData) -> None:
    writer.add("triggers = []", "undecided_triggers = []")
    preset = policy.expansion.presets.get(policy.expansion.preset)
    for group, trigger in (preset.triggers if preset else {}).items():
        path = f"expansion.presets.{policy.expansion.preset}.triggers.{group}"
        evidence = writer.wording(f"{path}.evidence", trigger.evidence, group)
        met = f"triggers.append(({group!r}, {evidence}))"
        writer.found(path, trigger, met, f"undecided_triggers.append({group!r})")


class _Writer:
    """Writes the function's body, and remembers which measures it reads and what is wrong."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._lines: list[str] = []
        self._names: dict[str, None] = {}

    def add(self, *lines: str) -> None:
        self._lines += lines

    @contextmanager
    def _at(self, path: str) -> Iterator[None]:
        try:
            yield
        except ExpressionError as error:
            self.problems.append(f"{path}: {error}")

    def condition(self, path: str, text: str) -> Expression:
        """Return the checked condition; a false one in place of a wrong one."""
        found = Expression("1 < 0", _VOCABULARY)
        with self._at(path):
            found = Expression(text, _VOCABULARY)
        self._names |= dict.fromkeys(found.names)
        return found

    def wording(self, path: str, text: str, name: str, given: str = "") -> str:
        """Return source of a sentence; of the mere name where a measure in it is not known."""
        found = Wording(name, _VOCABULARY)
        with self._at(path):
            found = Wording(text, _VOCABULARY)
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

    def curve(
        self, target: str, path: str, name: str, data: MeasureData, curves: Mapping[str, list[list[float]]]
    ) -> str:
        """Write a measure's way through its curve, and its reason."""
        x = data.measure
        if x not in NUMBERS:
            self.problems.append(f"{path}.measure: {x!r} is no measure{nearest(x, NUMBERS)}")
            return target
        points = self._points(f"{path}.curve", data.curve, curves)
        self._names[x] = None
        reason = self.wording(f"{path}.reason", data.reason, name, given=f"{x} is not None")
        self.add(
            f"if {x} is None:",
            f"{_INDENT}{target} = ({_raw(x)}, {name.replace('_', ' ') + ' is not known'!r})",
            "else:",
            *(_INDENT + line for line in _segments(x, points)),
            f"{_INDENT}{target} = (value, {reason})",
        )
        return target

    def _points(
        self, path: str, curve: list[list[float]] | str, curves: Mapping[str, list[list[float]]]
    ) -> list[list[float]]:
        if not isinstance(curve, str):
            return curve
        if curve not in curves:
            self.problems.append(f"{path}: {curve!r} is no curve{nearest(curve, tuple(curves))}")
            return []
        return curves[curve]

    def source(self) -> str:
        """Return the whole function: measures first, then what was written."""
        loads = [
            f"{', '.join(names._fields)} = {family}" for family, names in Measures.__annotations__.items()
        ]
        for name in filter(NUMBERS.__contains__, self._names):
            loads += [f"if {name} is NOT_APPLICABLE:", f"{_INDENT}{name} = None"]
        body = (f"{', '.join(Measures._fields)} = measures", *loads, *self._lines)
        return "def rules(measures):\n" + "".join(f"{_INDENT}{line}\n" for line in body)


def _raw(name: str) -> str:
    return f"{_FAMILIES[name]}.{name}"


def _any(names: Sequence[str], state: str) -> str:
    """Return source that asks whether any measure is in a state: None or NOT_APPLICABLE."""
    numbers = [name for name in names if state == "None" or name in NUMBERS]
    return f"({' or '.join(f'{_raw(name)} is {state}' for name in numbers) or 'False'})"


def _segments(x: str, points: Sequence[Sequence[float]]) -> list[str]:
    """Return the lines that set ``value`` to the curve's height at ``x``."""
    if not points:
        return ["value = 0.0"]
    lines = [f"if {x} <= {float(points[0][0])}:", f"{_INDENT}value = {float(points[0][1])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        slope = (y1 - y0) / (x1 - x0)
        lines += [
            f"elif {x} < {float(x1)}:",
            f"{_INDENT}value = {float(y0)} + ({x} - {float(x0)}) * {slope!r}",
        ]
    return [*lines, "else:", f"{_INDENT}value = {float(points[-1][1])}"]
