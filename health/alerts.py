"""Alerts: who hears of flags that changed, and what stands beside them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from health.expansion import GROUP as EXPANSION
from health.nouns import Flag, Why
from health.policy import Policy

AT_RISK = "at_risk"
RECOVERED = "recovered"
WINDOW = "renewal_window"
LICENSING = "licensing"
"""What is no risk of losing the account: a key in too many places, use beyond what is licensed."""
OPEN = frozenset({"firing", "acknowledged", "snoozed"})
ALERTED = OPEN - {"snoozed"}
HIGH = "high"
_EXPLICIT = "explicit"


@dataclass(frozen=True, slots=True)
class Alert:
    """What an audience is told of an account's flags in a term.

    ``kind`` is ``at_risk``, ``recovered``, ``expansion``, ``licensing``, ``renewal_window``, or the kind
    of a signal that has an audience of its own, such as ``failed_payment``. ``flags`` are those it lists:
    what changed first, then what stands beside it. Severity ``high`` is outside the budget.
    """

    audience: str
    kind: str
    why: Why
    severity: str
    term: str
    flags: tuple[Flag, ...]


def alerts(
    standing: Sequence[Flag],
    flags: Sequence[Flag],
    policy: Policy,
    *,
    first_run: bool,
    demoted: Collection[str] = (),
) -> tuple[Alert, ...]:
    """Return the alerts that changed ``flags`` give beside those that stood before.

    At most one per audience and subject; the CSM, who cares for the whole account, gets one in all. On an
    installation's first run explicit intent alone alerts. Risks by rules that are ``demoted`` alert nobody:
    they are listed beside others, and told in a digest. A risk that was never so is told also where others
    stay open; of other kinds only that nothing which ends was ever so.
    """
    if first_run:
        flags = [flag for flag in flags if _is_explicit(policy, flag)]
    spoken = [flag for flag in flags if flag.why is not Why.SUPPRESSED and flag.state != "snoozed"]
    said = [flag for flag in spoken if not _is_demoted(flag, demoted)]
    by_key = {_key(flag): flag for flag in (*standing, *flags)}
    beside = [flag for flag in by_key.values() if flag.state in OPEN and flag not in said]
    found: dict[tuple[str, str], Alert] = {}
    for alert in (*_subjects(said, beside, demoted), *_own(policy, said)):
        for audience in _audiences(policy, alert):
            slot = (audience, "" if audience == "csm" else alert.kind)
            told = found.get(slot)
            found[slot] = _both(told, alert) if told else replace(alert, audience=audience)
    return tuple(found.values())


def _is_demoted(flag: Flag, demoted: Collection[str]) -> bool:
    return flag.kind == AT_RISK and flag.reason in demoted


def _subjects(said: Sequence[Flag], beside: Sequence[Flag], demoted: Collection[str]) -> list[Alert]:
    """Return the alerts of a decision without their audiences, the weightiest first."""
    risks = [flag for flag in said if flag.kind == AT_RISK]
    opened = [flag for flag in risks if flag.state in OPEN]
    wrong = [flag for flag in risks if flag.why is Why.CORRECTED]
    open_risks = [flag for flag in beside if flag.kind == AT_RISK]
    told_of = [flag for flag in open_risks if not _is_demoted(flag, demoted)]
    told = []
    if opened:
        told.append(_alert(AT_RISK, opened, [*wrong, *open_risks], _why(opened, told_of)))
    elif risks and not told_of:
        told.append(
            _alert(RECOVERED, risks, [], Why.CORRECTED if len(wrong) == len(risks) else Why.RECOVERED)
        )
    elif wrong:
        told.append(_alert(AT_RISK, wrong, open_risks, Why.CORRECTED))
    grown = [flag for flag in said if flag.kind == EXPANSION]
    if grown and not any(flag.kind == EXPANSION for flag in beside):
        told += _news_of(EXPANSION, grown)
    told += _news_of(LICENSING, [flag for flag in said if flag.kind == LICENSING])
    windows = [flag for flag in said if flag.kind == WINDOW and flag.state in OPEN]
    if windows:
        told.append(_alert(WINDOW, windows, open_risks, windows[0].why))
    return told


def _news_of(kind: str, flags: Sequence[Flag]) -> list[Alert]:
    """Return the alert of flags that opened, else the correction of those of which none was ever so."""
    opened = [flag for flag in flags if flag.state in OPEN]
    if opened:
        return [_alert(kind, opened, [], opened[0].why)]
    wrong = bool(flags) and all(flag.why is Why.CORRECTED for flag in flags)
    return [_alert(kind, flags, [], Why.CORRECTED)] if wrong else []


def _why(opened: Sequence[Flag], beside: Sequence[Flag]) -> Why:
    """Return why an at-risk alert is told: news beside open flags means that it got worse."""
    whys = {flag.why for flag in opened}
    if whys == {Why.REPEAT_DUE}:
        return Why.REPEAT_DUE
    return Why.WORSENED if beside or whys != {Why.FIRST} else Why.FIRST


def _alert(kind: str, news: Sequence[Flag], beside: Sequence[Flag], why: Why) -> Alert:
    severity = HIGH if any(flag.severity == HIGH for flag in news) else "normal"
    return Alert("", kind, why, severity, news[0].term, (*news, *beside))


def _own(policy: Policy, said: Sequence[Flag]) -> list[Alert]:
    """Return an alert for each flag that opened and has audiences of its own; repeats are not for them."""
    fresh = [flag for flag in said if flag.why is Why.FIRST and flag.kind == AT_RISK]
    return [_alert(flag.reason, [flag], [], flag.why) for flag in fresh if _also(policy, flag.reason)]


def _audiences(policy: Policy, alert: Alert) -> Sequence[str]:
    return policy.alerts.audiences.get(alert.kind, ()) or _also(policy, alert.kind)


def _also(policy: Policy, kind: str) -> tuple[str, ...]:
    rule = policy.signals.get(kind)
    return rule.also if rule else ()


def _both(told: Alert, alert: Alert) -> Alert:
    more = tuple(flag for flag in alert.flags if flag not in told.flags)
    severity = HIGH if HIGH in {told.severity, alert.severity} else told.severity
    return replace(told, severity=severity, flags=(*told.flags, *more))


def _key(flag: Flag) -> tuple[str, str, str]:
    return flag.kind, flag.reason, flag.term


def _is_explicit(policy: Policy, flag: Flag) -> bool:
    rule = policy.signals.get(flag.reason)
    return rule is not None and rule.family == _EXPLICIT and flag.kind == AT_RISK
