"""A score in words: its reasons, what changed, and what would change it; the same wherever it is told."""

from collections.abc import Mapping, Sequence
from datetime import date

from health.delta import RULES, Change, Delta
from health.facts import Fact
from health.nouns import Assessment
from health.outlook import Held, Outlook, Way
from health.overrides import REASON, UNTIL, by_hand, computed_band
from health.reasons import MOST, reasons
from templates.measures import moved, noun, stood

__all__ = ["ahead", "changes", "commitment", "likely", "nearest", "points", "reasons", "set_by_hand", "way"]

MINUS = "\N{MINUS SIGN}"
RULES_CHANGED = "the policy or the engine changed"
SPREAD = "its share of the weight, as other inputs became known or unknown"


def changes(delta: Delta, most: int = MOST) -> tuple[str, ...]:
    """Return what changed, the largest first: what it is worth, then measures before → now.

    Lines beyond ``most`` are one line together (never one alone), so that all still sum to the change.
    """
    all_fit = len(delta.changes) <= most + 1
    shown, rest = (delta.changes, ()) if all_fit else (delta.changes[:most], delta.changes[most:])
    told = [f"{points(change.points)}: {_why(change)}" for change in shown]
    if rest:
        told.append(f"{points(sum(change.points for change in rest))}: {len(rest)} smaller changes")
    return tuple(told)


def points(hundredths: int) -> str:
    """Return a difference of points with its sign, as short as it is exact: ``+12.5``."""
    sign = "±" if not hundredths else MINUS if hundredths < 0 else "+"
    return f"{sign}{abs(hundredths) / 100:g}"


def _why(change: Change) -> str:
    if change.name == RULES:
        return RULES_CHANGED
    told = ", ".join(moved(*move) for move in change.moves)
    return told or _WITHOUT_MEASURES.get(change.name.partition(":")[0]) or f"{_name(change)}: {SPREAD}"


def _name(change: Change) -> str:
    return change.name.replace("_", " ")


_WITHOUT_MEASURES = {
    "cap": "what a cap takes off, as the score beneath it changed",
    "floor": "a score is never below 0",
    "unknown": "whether anything is known at all",
}


def ahead(found: Outlook) -> tuple[str, ...]:
    """Return what would change a verdict, a sentence each, the one to tell first."""
    if found.unknown:
        return (f"too little is known to judge; not known: {_listed(found.unknown)}",)
    capped = {name for each in found.held for name in each.why}
    ways = [each for each in found.up if each.measure not in capped][:MOST]
    told = [_capped(each) for each in found.held]
    told += [f"to {_band(each.band)}: {way(each)}" for each in ways]
    if found.better and not found.up and not found.held_alone:
        told.append(_nothing_alone(found))
    return (*told, *(f"down to {_band(each.band)}: {way(each)}" for each in found.down[:1]))


def nearest(found: Outlook) -> str:
    """Return in one sentence what would bring an account to a better band; empty if it is in the best."""
    told = ahead(found) if found.better or found.unknown else ()
    return told[0] if told else ""


def set_by_hand(now: Assessment) -> str:
    """Return the sentence that says that a person has set the band; empty if nobody has."""
    if not by_hand(now):
        return ""
    return (
        f"set to {_band(now.band)} by hand until {_day(now.facts[UNTIL])}: {now.facts[REASON]} "
        f"(computed: {_band(computed_band(now))})"
    )


def likely(facts: Mapping[str, Fact]) -> str:
    """Return the sentence that says how sure utilisation is of few seats; empty where chance hardly tells."""
    low, high = facts.get("utilisation_low_pct"), facts.get("utilisation_high_pct")
    return "" if low is None else f"Of so few seats utilisation is likely between {low} and {high} %."


def commitment(facts: Mapping[str, Fact]) -> str:
    """Return the sentence that says where a commitment leads at the pace of four weeks; empty without one."""
    ends, used_up = (_day(facts.get(f"commitment_{name}")) for name in ("ends_on", "used_up_on"))
    unused = facts.get("commitment_unused")
    if used_up is not None and unused is not None:
        return f"The commitment until {ends} is used up."
    if used_up is not None:
        return f"At the pace of four weeks the commitment until {ends} is used up on {used_up}."
    if unused:
        return f"At the pace of four weeks {unused:,} units of the commitment are left over on {ends}."
    return "" if ends is None else f"At the pace of four weeks the commitment is used whole by {ends}."


def _day(stated: Fact) -> str | None:
    """Return a day that a fact states, as alerts write days: ``Mar 3, 2027``."""
    return None if stated is None else f"{date.fromisoformat(str(stated)):%b %-d, %Y}"


def way(each: Way) -> str:
    """Return how far a lever moves: ``12 more active users: utilisation 61 → 73 %``."""
    words = noun(each.measure)
    told = ", ".join(moved(*move) for move in each.moves)
    if not words.one or each.measure in [move.measure for move in each.moves]:
        return told
    count = round(abs(each.change))
    more = "more" if each.change > 0 else "fewer"
    return f"{count} {more} {words.one if count == 1 else words.words}: {told}"


def _conditions(each: Held) -> str:
    return ", ".join(stood(name, value) for name, value in each.why.items()) or each.cap.name.replace(
        "_", " "
    )


def _capped(each: Held) -> str:
    return f"the score is at most {each.cap.at / 100:g} while this holds: {_conditions(each)}"


def _nothing_alone(found: Outlook) -> str:
    levers = "; ".join(f"{way(each)} (to {each.points / 100:g})" for each in found.largest)
    return f"no single change reaches {_band(found.better)}" + (
        f"; what brings most: {levers}" if levers else ""
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(noun(name).words for name in names))


def _band(name: str) -> str:
    return name.replace("_", " ")
