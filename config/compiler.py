"""Compiler: the policy's rules as one plain Python function, generated from checked expressions."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from config.overlaps import unreachable
from config.profiles import Resolved, faults, resolved
from config.schema import PolicyData
from config.scoring import FITTED, MatrixPreset
from config.writer import Curves, Writer
from health.alerts import LICENSING
from health.chance import chance
from health.engines.fitted import lines
from health.held import STALE
from health.model import Model
from health.nouns import NOT_APPLICABLE, Signal
from health.rules import Findings, Rules

_SCOPE = {
    "__builtins__": {},
    "Findings": partial(tuple.__new__, Findings),  # as its own `_make` does, without asking for the length
    "Signal": Signal,
    "NOT_APPLICABLE": NOT_APPLICABLE,
    "chance": chance,
}


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


def compile_rules(policy: PolicyData, model: Model | None = None) -> Compiled:
    """Return the policy's rules as one function; ``model`` is what the engine `fitted` judges by.

    Raises `CompileError` with every problem found.
    """
    writer = Writer()
    writer.problems += [*faults(policy), *_of_presets(policy)]
    profiles = resolved(policy)
    _score(writer, policy, profiles)
    _signals(writer, policy)
    _triggers(writer, policy)
    blocks = [(name, f"expansion.blocks.{name}", text) for name, text in policy.expansion.blocks.items()]
    writer.add(f"block = {writer.first_true(blocks)}")
    writer.add(f"hold = {writer.gate('score_gates', policy.score_gates, policy.gates)}")
    gates = {name: writer.condition(f"gates.{name}", text) for name, text in policy.gates.items()}
    writer.add(f"stale = {gates[STALE].when if STALE in gates else 'False'}")
    segment = "segment" if any(profile.engine == FITTED for profile in profiles) else "''"
    writer.add(
        "return Findings((lines, caps, signals, undecided, triggers, undecided_triggers, block, hold, "
        f"profile, stale, {segment}, {'shares' if _sharing(profiles) else '()'}))"
    )
    problems = writer.problems or [*unreachable(profiles)]
    if problems:
        raise CompileError(problems)
    return _run(writer.source(), model)


def _run(source: str, model: Model | None) -> Compiled:
    scope: dict[str, Rules] = {}
    given = {**_SCOPE, "drivers_of": partial(lines, model)} if model else dict(_SCOPE)
    exec(compile(source, "<policy.yaml>", "exec"), given, scope)  # noqa: S102 - generated from a checked tree, never from text
    return Compiled(scope["rules"], source)


def _score(writer: Writer, policy: PolicyData, profiles: Sequence[Resolved]) -> None:
    """Write what the score of each profile rests on; the first whose condition holds is the account's."""
    curves: Curves = {**policy.curves, **policy.curve_families}
    if any(profile.engine == FITTED for profile in profiles):
        writer.add("segment = ''")
    if _sharing(profiles):
        writer.add("shares = ()")
    for number, profile in enumerate(profiles):
        condition = writer.condition(f"{profile.path}.when", profile.when).when if profile.when else "True"
        with writer.block(f"{'elif' if number else 'if'} {condition}:"):
            writer.add(f"profile = {profile.name!r}")
            if profile.engine == FITTED:
                writer.add("lines, segment = drivers_of(measures)", "caps = ()")
                continue
            lines = _lines(writer, profile, curves)
            caps = [
                writer.state(f"cap_{i}", f"weighted.caps.{name}", name, cap)
                for i, (name, cap) in enumerate(profile.caps.items())
            ]
            writer.add(f"lines = ({_tuple(lines)})", f"caps = ({_tuple(caps)})")
            if _sharing([profile]):
                writer.shares([line for _, _, line in profile.lines])


def _sharing(profiles: Sequence[Resolved]) -> bool:
    """Say whether any line has only a share of its weight."""
    return any(line.share_of_revenue for profile in profiles for _, _, line in profile.lines)


def _tuple(names: Sequence[str]) -> str:
    return "".join(f"{name}, " for name in names).rstrip()


def _lines(writer: Writer, profile: Resolved, curves: Curves) -> list[str]:
    if profile.matrix:
        return _axes(writer, profile.preset, profile.matrix)
    if profile.engine == "deductions":
        found = profile.deductions
        return [
            writer.state(f"line_{i}", f"{profile.preset}.{name}", name, found[name])
            for i, name in enumerate(found)
        ]
    return [
        writer.curve(f"line_{i}", path, name, line, curves)
        for i, (path, name, line) in enumerate(profile.lines)
    ]


def _axes(writer: Writer, path: str, matrix: MatrixPreset) -> list[str]:
    """Write in which row and column of a matrix an account lies; the sentence is the same for both."""
    reason = writer.wording(f"{path}.reason", matrix.reason, "cell")
    for target, name, axis in (("row", "rows", matrix.rows), ("column", "columns", matrix.columns)):
        writer.part(target, f"{path}.{name}", axis)
        writer.add(f"{target} = ({target}, {reason})")
    return ["row", "column"]


def _signals(writer: Writer, policy: PolicyData) -> None:
    writer.add("signals = []", "undecided = []")
    for kind, signal in policy.signals.items():
        path = f"signals.{kind}"
        gate = writer.gate(f"{path}.gates", signal.gates, policy.gates)
        evidence = writer.wording(f"{path}.evidence", signal.evidence, kind)
        group = LICENSING if signal.family == LICENSING else "risk"
        found = f"Signal({kind!r}, {group!r}, {evidence}, {signal.severity!r}, {gate})"
        writer.found(path, signal, f"signals.append({found})", f"undecided.append({kind!r})")


def _triggers(writer: Writer, policy: PolicyData) -> None:
    writer.add("triggers = []", "undecided_triggers = []")
    _preset(writer, policy, policy.expansion.preset)


def _preset(writer: Writer, policy: PolicyData, name: str) -> None:
    """Write the triggers of a preset, if there is such a one."""
    preset = policy.expansion.presets.get(name)
    for group, trigger in (preset.triggers if preset else {}).items():
        path = f"expansion.presets.{name}.triggers.{group}"
        evidence = writer.wording(f"{path}.evidence", trigger.evidence, group)
        met = f"triggers.append(({group!r}, {evidence}))"
        writer.found(path, trigger, met, f"undecided_triggers.append({group!r})")


def _of_presets(policy: PolicyData) -> list[str]:
    """Return what is wrong with presets, those that nobody uses today too."""
    writer = Writer()
    for name, deductions in policy.deductions.presets.items():
        for each, data in deductions.items():
            writer.state("line", f"deductions.presets.{name}.{each}", each, data)
    for name, matrix in policy.matrix.presets.items():
        _axes(writer, f"matrix.presets.{name}", matrix)
    for name in policy.expansion.presets:
        _preset(writer, policy, name)
    return writer.problems
