"""Curves: the lines of Python that set ``value`` to a curve's height."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from config.scoring import FamilyData

_INDENT = "    "
Points = Sequence[Sequence[float]]


def straight(x: str, points: Points, target: str = "value") -> list[str]:
    """Return the lines that set ``target`` to the height at ``x``: straight between knots, flat beyond."""
    lines = [f"if {x} <= {float(points[0][0])}:", f"{_INDENT}{target} = {float(points[0][1])}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        slope = (y1 - y0) / (x1 - x0)
        lines += [
            f"elif {x} < {float(x1)}:",
            f"{_INDENT}{target} = {float(y0)} + ({x} - {float(x0)}) * {slope!r}",
        ]
    return [*lines, "else:", f"{_INDENT}{target} = {float(points[-1][1])}"]


def of_family(x: str, family: FamilyData) -> list[str]:
    """Return the lines of a family: the heights of the curves on either side, weighed by nearness."""
    by, steps = family.by, family.steps
    lines = [f"if {by} <= {steps[0].at}:", *_deeper(straight(x, steps[0].curve))]
    for before, after in pairwise(steps):
        share = f"({by} - {before.at}) * {1 / (after.at - before.at)!r}"
        lines += [
            f"elif {by} < {after.at}:",
            *_deeper(straight(x, before.curve)),
            *_deeper(straight(x, after.curve, "later")),
            f"{_INDENT}value += (later - value) * {share}",
        ]
    return [*lines, "else:", *_deeper(straight(x, steps[-1].curve))]


def lower(condition: str, lines: Sequence[str]) -> list[str]:
    """Return the lines that leave ``value`` at the lower of itself and another curve's, while it holds."""
    keep = ["other = value", *lines, "if other < value:", f"{_INDENT}value = other"]
    return [f"if {condition}:", *_deeper(keep)]


def part(x: str, edges: Sequence[float], target: str) -> list[str]:
    """Return the lines that set ``target`` to which part of an axis ``x`` lies in, as a float from 0."""
    lines = []
    for number, edge in enumerate(edges):
        lines += [
            f"{'elif' if number else 'if'} {x} < {float(edge)}:",
            f"{_INDENT}{target} = {float(number)}",
        ]
    return [*lines, "else:", f"{_INDENT}{target} = {float(len(edges))}"]


def _deeper(lines: Sequence[str]) -> Iterator[str]:
    return (_INDENT + line for line in lines)
