"""What the users of an account did, in parts that are added up over the book.

Only sources that name the user of each row tell: of others' accounts nothing is said.
"""

from collections.abc import Mapping

from health.figures.active import Definition, active_users, side_by_side
from health.figures.adoption import breadth, champions, depth, feature_adoption, lost_champions
from health.figures.book import Known, Moment, Present
from health.figures.parts import Part, Parts

CHAMPION_DAYS = 106
"""A champion that is lost was one over 90 days, two weeks ago."""
_FEATURES = ("feature:", "core:")


def _definitions(at: Moment) -> tuple[Definition, Definition]:
    """Return the two that are put side by side: whoever did anything, and whoever did what counts."""
    return Definition("any use in 30 days", 1), Definition("core work in 30 days", 1, features=at.core)


def _feature_adoption(known: Known, at: Moment) -> Parts:
    """Of every feature that anybody used; the share of those who did is of all active users."""
    features = {act.feature for act in known.people if act.feature.startswith(_FEATURES)}
    found = {name: feature_adoption(known.people, name, at.as_of) for name in sorted(features)}
    nobody = feature_adoption(known.people, "", at.as_of)
    return {"all active users": int(nobody.whole), **found} if nobody.whole else {}


def _feature_breadth(known: Known, at: Moment) -> Parts:
    found = breadth(known.people, at.core, at.as_of).get(known.account) if at.core else None
    return {} if found is None else {"": found}


def _feature_depth(known: Known, at: Moment) -> Parts:
    return {"": depth(known.people, at.core, at.as_of)} if at.core else {}


def _champions(known: Known, at: Moment) -> Parts:
    return {"": len(champions(known.people, at.as_of))} if known.people else {}


def _lost_champions(known: Known, at: Moment) -> Parts:
    return {"": len(lost_champions(known.people, at.as_of))} if known.people else {}


def _users_by_definition(known: Known, at: Moment) -> Parts:
    if not known.people:
        return {}
    any_use, core = _definitions(at)
    told = (any_use, core) if at.core else (any_use,)
    return {f"{each.name} v{each.version}": len(active_users(known.people, each, at.as_of)) for each in told}


def _active_definitions(known: Known, at: Moment) -> Parts:
    """Of the users listed and of those who ever did anything."""
    if not known.people or not at.core:
        return {}
    users = {(act.account_id, act.user_id) for act in known.people}
    users |= {(seat.account_id, seat.user_id) for seat in known.seats}
    found = side_by_side(known.people, users, *_definitions(at), at.as_of)
    parts: dict[str, Part] = {found.first: found.by_first, found.second: found.by_second}
    return {
        **parts,
        f"only {found.first}": found.only_first,
        f"only {found.second}": found.only_second,
    }


_USERS = "rows of use that name their users (`user_id`)"
_CORE = f"{_USERS}, and core features named by the policy (`use.core_features`)"
_PEOPLE = ("people",)

OF_PEOPLE: Mapping[str, Present] = {
    "feature_adoption": Present(_PEOPLE, _feature_adoption, needs=_USERS),
    "feature_breadth": Present(_PEOPLE, _feature_breadth, needs=_CORE),
    "feature_depth": Present(_PEOPLE, _feature_depth, needs=_CORE),
    "champions": Present(_PEOPLE, _champions, CHAMPION_DAYS, needs=_USERS),
    "lost_champions": Present(_PEOPLE, _lost_champions, CHAMPION_DAYS, needs=_USERS),
    "users_by_definition": Present(_PEOPLE, _users_by_definition, needs=_USERS),
    "active_definitions": Present(("people", "seats"), _active_definitions, needs=_CORE),
}
"""By the name of the entry in the catalogue."""
