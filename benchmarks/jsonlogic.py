"""The usual rival of a compiled policy: rules as JSON, walked anew for each account.

The operators are those of json-logic's published list that the licence-health formula needs: a variable is a
dotted path, `if` is a chain, and a list is a list of rules.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

OPERATORS: Mapping[str, Callable[..., Any]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "===": lambda a, b: a is b or a == b,
    "cat": lambda *args: "".join(map(str, args)),
    "round": round,
}


def apply(rule: object, data: Mapping[str, object]) -> Any:  # noqa: ANN401 - a rule may come to anything
    """Return what a rule comes to over data."""
    if isinstance(rule, list):
        return [apply(each, data) for each in rule]
    if not isinstance(rule, dict):
        return rule
    ((name, args),) = rule.items()
    args = args if isinstance(args, list) else [args]
    if name in _LAZY:
        return _LAZY[name](args, data)
    return OPERATORS[name](*(apply(each, data) for each in args))


def _variable(args: Sequence[str], data: Any) -> object:  # noqa: ANN401 - a path leads through anything
    for step in args[0].split("."):
        data = data.get(step)
    return data


def _if(args: Sequence[object], data: Mapping[str, object]) -> object:
    for condition, then in zip(args[::2], args[1::2], strict=False):
        if apply(condition, data):
            return apply(then, data)
    return apply(args[-1], data)


_LAZY: Mapping[str, Callable[[Any, Mapping[str, object]], object]] = {
    "var": _variable,
    "if": _if,
    "and": lambda args, data: all(apply(each, data) for each in args),
    "or": lambda args, data: any(apply(each, data) for each in args),
}


def _is(name: str, value: object) -> dict[str, object]:
    return {"===": [{"var": name}, value]}


def _line(name: str, met: object, asked: str, reason: object) -> dict[str, object]:
    """Whether a deduction is taken, and why: unknown or not applicable as what it asks of is."""
    unknown = [None, f"{name.replace('_', ' ')} is not known"]
    no = ["not_applicable", unknown[1]]
    return {"if": [_is(asked, None), unknown, _is(asked, "not_applicable"), no, met, [1, reason], [0, ""]]}


def _idle(days: int) -> dict[str, object]:
    never, reason = {">=": [{"var": "use.never_used"}, 1]}, f"no use for more than {days} days"
    asked = _line(f"idle_{days}", {">": [{"var": "use.idle_days"}, days]}, "use.idle_days", reason)
    return {"if": [never, [1, reason], asked]}


def _under(name: str, asked: str, edge: int, *words: str) -> dict[str, object]:
    before, after = words
    reason = {"cat": [before, {"round": {"var": asked}}, after]}
    return _line(name, {"<": [{"var": asked}, edge]}, asked, reason)


def _some(name: str, asked: str, reason: str) -> dict[str, object]:
    return _line(name, {">=": [{"var": asked}, 1]}, asked, reason)


PUBLISHED = [
    _idle(7),
    _idle(30),
    _under("domains", "capacity.domain_use_pct", 20, "", " % of the domains are used"),
    _under("halved", "use.week_ratio_pct", 50, "use this week is ", " % of last week's"),
    _some("ticket", "service.open_tickets", "a ticket is open"),
    _some("payment", "service.failed_payments", "a payment failed"),
]
"""The published licence-health formula, line by line."""
